/** The orders of somebody, youngest first. */
import type { ShownItem } from '../../src/catalog/cart.ts'
import { type Html, html } from '../html.ts'
import type { Format } from './format.ts'
import { photo } from './item-card.ts'
import type { ShopView } from './layout.ts'
import { browseUrl, NOTHING_CHOSEN } from './links.ts'
import { ORDER_STATE_WORDS, type ShownOrderState } from './order-words.ts'
import { dateTimeText, orderingLayout, unitsText } from './ordering-layout.ts'

export type ListedOrder = {
  readonly order_id: string
  readonly state: ShownOrderState
  readonly created_at: string
  readonly currency: string
  readonly total_minor: number
  readonly units: number
  /** Of its first line. */
  readonly item: ShownItem
  /** Further things in it. */
  readonly others: number
}

/** @param next `before` of the next page; null: this is the last one */
export function ordersPage(
  shop: ShopView,
  { orders, next }: { readonly orders: readonly ListedOrder[]; readonly next: string | null },
): string {
  const main = html`
<h1>Your orders</h1>
${
  orders.length === 0
    ? html`<div class="nothing-yet"><p>There are no orders yet.</p><p><a class="button button-main" href="${browseUrl(NOTHING_CHOSEN)}">See all products</a></p></div>`
    : html`<ul class="order-lines" aria-label="Orders">${orders.map((order) => listed(order, shop.format))}</ul>`
}
${next === null ? null : html`<p class="more"><a class="button" href="${olderUrl(next)}">Older orders</a></p>`}`
  return orderingLayout(shop, { title: 'Your orders', main })
}

function listed(order: ListedOrder, format: Format): Html {
  const { order_id, state, created_at, currency, total_minor, units, item, others } = order
  return html`<li class="order-line order-listed">
${photo(item, true)}
<div class="order-line-what">
<h2 class="order-line-name"><a href="/orders/${order_id}">${item.name}${others === 0 ? null : ` and ${format.number(others)} more`}</a></h2>
<p>${ORDER_STATE_WORDS[state]}</p>
<p class="small">${dateTimeText(created_at, format)}, ${unitsText(units, format)}</p>
</div>
<p class="order-line-sum"><span class="price">${format.price(total_minor, currency)}</span></p>
</li>`
}

function olderUrl(before: string): string {
  return `/orders?${new URLSearchParams({ before }).toString()}`
}
