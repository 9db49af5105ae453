/**
 * The cart. One form for all of it, so that without script a typed quantity counts whichever button is pressed: the first
 * button, which Enter presses, keeps the quantities; `Hold` sends the same fields to the holds.
 */
import { type CartAnswer, type CartLine, isPriceChanged } from '../../src/catalog/cart.ts'
import { type Html, html } from '../html.ts'
import type { Format } from './format.ts'
import type { ShopView } from './layout.ts'
import { browseUrl, NOTHING_CHOSEN } from './links.ts'
import { orderLine, removeButton, unitFields } from './order-line.ts'
import { type Notice, noticeOf, orderingLayout, timeText, unitsText } from './ordering-layout.ts'

export type CartPageInput = {
  readonly cart: CartAnswer
  /** Of the hold that the page may make. */
  readonly key: string
  readonly notice: Notice | null
  /** What is held already. */
  readonly held: { readonly hold_id: string; readonly expires_at: string } | null
}

export function cartPage(shop: ShopView, { cart, key, notice, held }: CartPageInput): string {
  const { format } = shop
  const main = html`
<h1 tabindex="-1" id="top">Cart</h1>
${noticeOf(notice)}
${held === null ? null : html`<p class="notice">Some things are held for you until ${timeText(held.expires_at, format)}. <a href="/holds/${held.hold_id}">Go on with them</a></p>`}
${cart.lines.length === 0 ? emptyCart() : fullCart(cart, key, format)}`
  return orderingLayout(shop, { title: 'Cart', main, units: cart.units })
}

function emptyCart(): Html {
  return html`<div class="nothing-yet">
<p>Your cart is empty.</p>
<p><a class="button button-main" href="${browseUrl(NOTHING_CHOSEN)}">See all products</a> <a class="button" href="/categories">Categories</a></p>
</div>`
}

function fullCart(cart: CartAnswer, key: string, format: Format): Html {
  return html`<form class="order-beside" id="cart" method="post" action="/cart" data-stay>
<input type="hidden" name="key" value="${key}">
<button class="unseen" type="submit" tabindex="-1" aria-hidden="true" data-stay>Update</button>
<ul class="order-lines" aria-label="In the cart">
${cart.lines.map((line, at) => cartLine(line, at, { format, currency: cart.currency ?? '' }))}
</ul>
${summary(cart, format)}
</form>`
}

type Money = { readonly format: Format; readonly currency: string }

function cartLine(line: CartLine, at: number, { format, currency }: Money): Html {
  const { sku, qty, price, obtainable, item } = line
  const money = (minor: number) => format.price(minor, currency)
  const expected = line.is_bundle ? null : price
  return orderLine({
    item,
    notes: html`${stockNote(line, format)}${isPriceChanged(line) ? priceNote(line, money) : null}`,
    each: price === null ? null : money(price),
    units: html`${obtainable > 0 ? unitFields(at, { sku, qty, price: expected, most: Math.min(line.most, line.available), name: item.name }) : unitsText(qty, format)}
${removeButton(sku, item.name)}`,
    sum: price === null || obtainable === 0 ? null : money(price * obtainable),
  })
}

function stockNote({ state, available, most, qty }: CartLine, format: Format): Html {
  const left = format.number(available)
  const [look, words] = {
    available: ['in_stock', 'In stock'],
    low: ['low', `Only ${left} left`],
    short: ['low', `Only ${left} left, you want ${format.number(qty)}`],
    too_many: ['low', `At most ${format.number(most)} for one customer`],
    sold_out: ['out_of_stock', 'Sold out at the moment'],
    queue: ['out_of_stock', 'Sold out at the moment, others are waiting'],
    not_for_sale: ['out_of_stock', 'No longer for sale'],
  }[state] as [string, string]
  return html`<p class="stock stock-${look}">${words}</p>`
}

function priceNote({ price, seen_price }: CartLine, money: (minor: number) => string): Html {
  const [now, then] = [price ?? 0, seen_price ?? 0]
  return html`<p class="price-note">${now < then ? 'The price has fallen' : 'The price has risen'} since you put this in: it was ${money(then)}.</p>`
}

function summary({ lines, total, currency }: CartAnswer, format: Format): Html {
  const units = lines.reduce((sum, line) => sum + line.obtainable, 0)
  const isWhole = lines.every((line) => line.obtainable === line.qty)
  // Of a set that is held in part, a part would be of no use.
  const mayBePartial = !isWhole && !lines.some((line) => line.is_bundle)
  return html`<section class="order-sum" aria-label="Total">
<p class="order-total"><span>Total for ${unitsText(units, format)}</span> <strong>${currency === null ? null : format.price(total, currency)}</strong></p>
${isWhole ? null : html`<p class="small">Only what can be had now is counted.</p>`}
${
  units === 0
    ? html`<p>Nothing in the cart can be had at the moment.</p>`
    : html`${mayBePartial ? html`<input type="hidden" name="partial" value="1">` : null}
<button class="button button-main button-wide" type="submit" formaction="/holds">${isWhole ? 'Hold these for 10 minutes' : `Hold the ${unitsText(units, format)} for 10 minutes`}</button>
<p class="small">A hold keeps the units and their prices for you while you pay. It costs nothing.</p>`
}
<noscript><button class="button button-wide" type="submit">Update quantities</button></noscript>
</section>`
}
