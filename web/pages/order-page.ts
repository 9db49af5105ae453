/**
 * One order: how it stands, what is in it, what happened to the money, and what can still be done. While something is under
 * way it renews itself; without script the browser asks again.
 */
import { type Html, html, imageUrl } from '../html.ts'
import type { Format } from './format.ts'
import type { ShopView } from './layout.ts'
import { cancelForm, returnForm } from './order-forms.ts'
import { orderLine } from './order-line.ts'
import { orderWords } from './order-words.ts'
import { dateTimeText, type Notice, noticeOf, orderingLayout, unitsText } from './ordering-layout.ts'
import type { ShownOrder, ShownOrderLine } from './shown-order.ts'

export type OrderPageInput = {
  readonly order: ShownOrder
  /** Of what its forms do. */
  readonly key: string
  readonly notice: Notice | null
  /** Whether the browser is to be led on to the page of the provider. */
  readonly isLedOn: boolean
}

const AGAIN_AFTER_S = 4

export function orderPage(shop: ShopView, { order, key, notice, isLedOn }: OrderPageInput): string {
  const { format } = shop
  const payment = order.payments.at(-1) ?? null
  const { heading, explanation, isMoving } = orderWords(order.state, payment?.state ?? null, order.paid_minor)
  const isRenewed = isMoving || order.refunds.some((refund) => isUnderWay(refund.state))
  const toPay = order.state === 'PENDING_PAYMENT' ? imageUrl(payment?.redirect_url ?? null) : null
  const main = html`
<div class="order"${isRenewed ? html` data-renew="${versionOf(order)}"` : null}>
<h1 tabindex="-1" id="top">${heading}</h1>
${noticeOf(notice)}
<p>${explanation}</p>
<div class="order-beside">
<div>
<ul class="order-lines" aria-label="In this order">
${order.lines.map((line) => shownLine(line, order.currency, format))}
</ul>
${cancelForm(order, key)}
${returnForm(order, key)}
</div>
<section class="order-sum" aria-label="Money">
${money(order, format)}
${ways(order, toPay)}
<dl class="facts small"><div><dt>Order</dt><dd>${order.order_id}</dd></div><div><dt>Made</dt><dd>${dateTimeText(order.created_at, format)}</dd></div></dl>
</section>
</div>
</div>`
  const onTo = isLedOn ? toPay : null
  const againAfterS = isRenewed && onTo === null ? AGAIN_AFTER_S : null
  return orderingLayout(shop, { title: heading, main, onTo, againAfterS })
}

/** Changes when something is there to be seen. */
function versionOf({ state, payments, refunds, returns }: ShownOrder): string {
  return [state, ...[...payments, ...refunds, ...returns].map((one) => one.state)].join(' ')
}

function shownLine(line: ShownOrderLine, currency: string, format: Format): Html {
  const { qty, cancelled, shipped, returned, unit_price_minor, item } = line
  const said = [
    cancelled > 0 ? `${format.number(cancelled)} cancelled` : null,
    shipped > 0 ? `${format.number(shipped)} sent` : null,
    returned > 0 ? `${format.number(returned)} sent back` : null,
  ].filter((part) => part !== null)
  return orderLine({
    item,
    notes: said.length === 0 ? null : html`<p class="small">${said.join(', ')}</p>`,
    each: format.price(unit_price_minor, currency),
    units: unitsText(qty, format),
    sum: format.price(unit_price_minor * qty, currency),
  })
}

const REFUND_WORDS: Readonly<Record<string, string>> = {
  REQUESTED: 'is on its way back',
  SENT: 'is on its way back',
  DONE: 'has been paid back',
  FAILED: 'could not be paid back yet; we try again',
}
const RETURN_WORDS: Readonly<Record<string, string>> = {
  REQUESTED: 'You asked to send back',
  APPROVED: 'You can send back',
  REJECTED: 'The shop does not take back',
  RECEIVED: 'Came back',
  REFUNDED: 'Came back and paid back',
}

const isUnderWay = (refundState: string): boolean => refundState === 'REQUESTED' || refundState === 'SENT'

function money(
  { total_minor, paid_minor, currency, refunds, returns, lines }: ShownOrder,
  format: Format,
): Html {
  const units = lines.reduce((sum, line) => sum + line.qty, 0)
  const price = (minor: number) => format.price(minor, currency)
  return html`<p class="order-total"><span>Total for ${unitsText(units, format)}</span> <strong>${price(total_minor)}</strong></p>
${paid_minor > 0 ? html`<p class="order-total"><span>Paid</span> <span class="price">${price(paid_minor)}</span></p>` : null}
${refunds.map((refund) => html`<p>${price(refund.amount_minor)} ${REFUND_WORDS[refund.state] ?? refund.state}.</p>`)}
${returns.map(
  (one) =>
    html`<p>${RETURN_WORDS[one.state] ?? one.state}: ${unitsText(
      one.lines.reduce((sum, line) => sum + line.qty, 0),
      format,
    )}.</p>`,
)}`
}

/** What comes next: pay, pay again, or leave it. */
function ways({ state, payments, hold_id }: ShownOrder, toPay: string | null): Html | null {
  if (state !== 'PENDING_PAYMENT') return null
  const last = payments.at(-1)?.state
  const isOver = last === 'DECLINED' || last === 'CANCELLED'
  const giveUp = html`<form method="post" action="/holds/${hold_id}/release"><button class="link-button" type="submit">Give up, and put everything into the cart again</button></form>`
  if (isOver)
    return html`<a class="button button-main button-wide" href="/checkout/${hold_id}">Try again</a>${giveUp}`
  return html`${toPay === null ? null : html`<a class="button button-main button-wide" href="${toPay}">Go on to the payment</a>`}${giveUp}`
}
