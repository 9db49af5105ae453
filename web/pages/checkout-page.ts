/** The last look before paying: what, for how much, and how long the units wait. */
import { type Html, html } from '../html.ts'
import type { Format } from './format.ts'
import { holdClock, holdTotal, type ShownHold, shownLine } from './hold-page.ts'
import type { ShopView } from './layout.ts'
import { orderLine } from './order-line.ts'
import { type Notice, noticeOf, orderingLayout, unitsText } from './ordering-layout.ts'

export type CheckoutPageInput = {
  /** ACTIVE. */
  readonly hold: ShownHold
  /** Of the payment; of the first one also of the order. */
  readonly key: string
  readonly notice: Notice | null
}

export function checkoutPage(shop: ShopView, { hold, key, notice }: CheckoutPageInput): string {
  const { format } = shop
  const main = html`
<div class="hold" data-hold="${hold.hold_id}" data-state="${hold.state}" data-live>
<h1 tabindex="-1" id="top">Checkout</h1>
${noticeOf(notice)}
${holdClock(hold, format)}
<div class="order-beside">
<ul class="order-lines" aria-label="What you pay for">
${hold.lines.map((line) => orderLine({ ...shownLine(line, hold.currency, format), units: unitsText(line.qty, format) }))}
</ul>
${payment(hold, key, format)}
</div>
</div>`
  return orderingLayout(shop, { title: 'Checkout', main })
}

function payment(hold: ShownHold, key: string, format: Format): Html {
  const amount = format.price(hold.total_minor ?? 0, hold.currency ?? '')
  return html`<form class="order-sum" method="post" action="/checkout/${hold.hold_id}" aria-label="Pay">
<input type="hidden" name="key" value="${key}">
${holdTotal(hold, format)}
<button class="button button-main button-wide" type="submit">Pay ${amount}</button>
<p class="small">You pay with the payment provider of the shop, which may lead you to a page of its own. This shop never sees your card.</p>
<p><a href="/holds/${hold.hold_id}">Change something</a></p>
</form>`
}
