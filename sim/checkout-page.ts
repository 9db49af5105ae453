/** The page of the simulated provider where a shopper pays or declines; no script, no style sheet. */
import { type Html, html } from '../web/html.ts'
import type { Payment } from './payment-books.ts'

const TITLES = {
  pending: 'Pay',
  succeeded: 'Paid',
  declined: 'Declined',
  cancelled: 'No longer payable',
} as const

/** @param amount as people read it, with currency */
export function checkoutPage(payment: Payment, amount: string): Html {
  const { state, ref, return_url } = payment
  const action = `/checkout/${ref}`
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${TITLES[state]} ${amount}</title></head>
<body>
<main>
<h1>${TITLES[state]}: ${amount}</h1>
<p>This is a simulated payment provider. No money moves.</p>
${
  state === 'pending' &&
  html`<form method="post" action="${action}/pay"><button>Pay ${amount}</button></form>
<form method="post" action="${action}/decline"><button>Decline</button></form>`
}
${return_url !== null && html`<p><a href="${return_url}">Back to the shop</a></p>`}
</main>
</body>
</html>
`
}

/** @param amountMinor minor units; two decimals for every currency: it is only a simulation */
export function shownAmount(amountMinor: bigint, currency: string): string {
  const text = String(amountMinor).padStart(3, '0')
  return `${text.slice(0, -2)}.${text.slice(-2)} ${currency}`
}
