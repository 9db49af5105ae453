/**
 * A hold: until when, what, and what can be done with it. The time that is left comes from the server, which reads the clock
 * that decides; the script counts on from there by a clock that nobody can set.
 */
import type { ShownItem } from '../../src/catalog/cart.ts'
import { type Html, html } from '../html.ts'
import type { Format } from './format.ts'
import type { ShopView } from './layout.ts'
import { orderLine, removeButton, unitFields } from './order-line.ts'
import { type Notice, noticeOf, orderingLayout, timeText, unitsText } from './ordering-layout.ts'

/** Units of one sku, from wherever they come. */
export type ShownHoldLine = {
  readonly sku: string
  readonly qty: number
  readonly requested: number
  readonly unit_price_minor: number
  readonly item: ShownItem
}

export type ShownHold = {
  readonly hold_id: string
  readonly state: 'PREPARED' | 'ACTIVE' | 'PAYING' | 'CLOSING' | 'CONFIRMED' | 'RELEASED' | 'EXPIRED' | 'VOID'
  readonly expires_at: string
  readonly expires_in_ms: number
  /** Whole seconds that it can be extended by, at most 5 minutes; 0: not at all. */
  readonly extendable_s: number
  readonly currency: string | null
  readonly total_minor: number | null
  readonly lines: readonly ShownHoldLine[]
  readonly order_id: string | null
}

export type HoldPageInput = {
  readonly hold: ShownHold
  /** Of the hold that a change of the lines makes. */
  readonly key: string
  readonly notice: Notice | null
}

const HEADINGS: Readonly<Record<ShownHold['state'], string>> = {
  PREPARED: 'One moment',
  ACTIVE: 'Held for you',
  PAYING: 'Payment under way',
  CLOSING: 'Being given back',
  CONFIRMED: 'Yours: this is paid',
  RELEASED: 'Given back',
  EXPIRED: 'The time is over',
  VOID: 'Nothing is held',
}

const EXPLANATIONS: Readonly<Record<Exclude<ShownHold['state'], 'ACTIVE'>, string>> = {
  PREPARED: 'Your hold is being made.',
  PAYING: 'The units stay yours while the payment is under way.',
  CLOSING: 'We make sure that no money can come any more; then the units go back to the shelf.',
  CONFIRMED: 'The units have become your order.',
  RELEASED: 'You gave these back. Others can have them now.',
  EXPIRED: 'The units went back to the shelf. They may still be there, at the price of now.',
  VOID: 'This hold was refused, or given up before it was made.',
}

/** States that change without the customer. */
const MOVING: readonly ShownHold['state'][] = ['PREPARED', 'PAYING', 'CLOSING']
const AGAIN_AFTER_S = 5

export function holdPage(shop: ShopView, { hold, key, notice }: HoldPageInput): string {
  const { format } = shop
  const { state } = hold
  const isMoving = MOVING.includes(state)
  const main = html`
<div class="hold" data-hold="${hold.hold_id}" data-state="${state}"${state === 'ACTIVE' || isMoving ? html` data-live` : null}>
<h1 tabindex="-1" id="top">${HEADINGS[state]}</h1>
${noticeOf(notice)}
${state === 'ACTIVE' ? holdClock(hold, format) : html`<p>${EXPLANATIONS[state]}</p>`}
${state === 'ACTIVE' ? activeHold(hold, key, format) : endedHold(hold, format)}
</div>`
  return orderingLayout(shop, {
    title: HEADINGS[state],
    main,
    againAfterS: isMoving ? AGAIN_AFTER_S : null,
  })
}

/** The bar and the running time are for script; the time of the end is for everybody. */
export function holdClock(
  { expires_at, expires_in_ms, hold_id, extendable_s }: ShownHold,
  format: Format,
): Html {
  return html`<section class="clock" aria-label="Time left">
<p class="clock-left"><span class="clock-time" data-left="${expires_in_ms}" role="timer">${format.duration(expires_in_ms)}</span> <span>${html`until ${timeText(expires_at, format)}`}</span></p>
<progress class="clock-bar" aria-hidden="true" max="${Math.max(1, expires_in_ms)}" value="${expires_in_ms}"></progress>
<p class="unseen" role="status" data-said></p>
${extendable_s > 0 ? extendForm(hold_id, extendable_s) : html`<p class="small">This cannot be made longer any more.</p>`}
</section>`
}

function extendForm(holdId: string, seconds: number): Html {
  const words =
    seconds >= 60
      ? `${Math.floor(seconds / 60)} more ${seconds < 120 ? 'minute' : 'minutes'}`
      : `${seconds} more seconds`
  return html`<form method="post" action="/holds/${holdId}/extend"><input type="hidden" name="seconds" value="${seconds}"><button class="button" type="submit">${words}</button></form>`
}

function activeHold(hold: ShownHold, key: string, format: Format): Html {
  return html`<form class="order-beside" id="hold" method="post" action="/holds/${hold.hold_id}/change" data-stay>
<input type="hidden" name="key" value="${key}">
<button class="unseen" type="submit" tabindex="-1" aria-hidden="true" data-stay>Change</button>
<ul class="order-lines" aria-label="Held">
${hold.lines.map((line, at) => {
  const { sku, qty, unit_price_minor, item } = line
  return orderLine({
    ...shownLine(line, hold.currency, format),
    units: html`${unitFields(at, { sku, qty, price: unit_price_minor, most: 9_999, name: item.name })}
${hold.lines.length > 1 ? removeButton(sku, item.name) : null}`,
  })
})}
</ul>
<section class="order-sum" aria-label="Total">
${holdTotal(hold, format)}
<a class="button button-main button-wide" href="/checkout/${hold.hold_id}">Go to checkout</a>
<noscript><button class="button button-wide" type="submit">Change the quantities</button></noscript>
<button class="link-button" type="submit" formaction="/holds/${hold.hold_id}/release" formnovalidate>Give back, and put into the cart again</button>
</section>
</form>`
}

function endedHold(hold: ShownHold, format: Format): Html {
  const isOver = hold.state === 'EXPIRED' || hold.state === 'RELEASED'
  return html`<div class="order-beside">
<ul class="order-lines" aria-label="${isOver ? 'Was held' : 'Held'}">
${hold.lines.map((line) => orderLine({ ...shownLine(line, hold.currency, format), units: unitsText(line.qty, format) }))}
</ul>
<section class="order-sum" aria-label="What next">
${hold.lines.length === 0 ? null : holdTotal(hold, format)}
${
  isOver && hold.lines.length > 0
    ? html`<form method="post" action="/holds/${hold.hold_id}/again"><button class="button button-main button-wide" type="submit">Put these into the cart again</button></form>`
    : null
}
${hold.order_id === null ? null : html`<p><a class="button button-main button-wide" href="/orders/${hold.order_id}">See the order</a></p>`}
<p><a class="button button-wide" href="/cart">Cart</a></p>
</section>
</div>`
}

export function shownLine(
  { qty, requested, unit_price_minor, item }: ShownHoldLine,
  currency: string | null,
  format: Format,
) {
  const money = (minor: number) => format.price(minor, currency ?? '')
  return {
    item,
    notes:
      requested > qty
        ? html`<p class="stock stock-low">You wanted ${format.number(requested)}; there were ${format.number(qty)}.</p>`
        : null,
    each: money(unit_price_minor),
    sum: money(unit_price_minor * qty),
  }
}

export function holdTotal({ lines, currency, total_minor }: ShownHold, format: Format): Html {
  const units = lines.reduce((sum, line) => sum + line.qty, 0)
  return html`<p class="order-total"><span>Total for ${unitsText(units, format)}</span> <strong>${currency === null || total_minor === null ? null : format.price(total_minor, currency)}</strong></p>`
}
