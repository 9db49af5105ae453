/** A line of a cart, a hold or an order: picture, name, what there is to say of it, and at its end the price. */
import type { ShownItem } from '../../src/catalog/cart.ts'
import { type Html, html, type Part } from '../html.ts'
import { photo } from './item-card.ts'
import { itemUrl } from './links.ts'

export type OrderLine = {
  readonly item: ShownItem
  /** Below the name. */
  readonly notes: Part
  /** Of one unit, as text; null: without a price. */
  readonly each: string | null
  /** Units, or the fields that change them. */
  readonly units: Part
  /** Of all units, as text; null: nothing is to be paid for it. */
  readonly sum: string | null
}

export function orderLine({ item, notes, each, units, sum }: OrderLine): Html {
  return html`<li class="order-line">
${photo(item, true)}
<div class="order-line-what">
${item.brand === null ? null : html`<p class="brand">${item.brand}</p>`}
<h2 class="order-line-name">${nameOf(item)}</h2>
${each === null ? null : html`<p class="small">${each} each</p>`}
${notes}
</div>
<div class="order-line-units">${units}</div>
<p class="order-line-sum">${sum === null ? null : html`<span class="price">${sum}</span>`}</p>
</li>
`
}

function nameOf({ item_id, name }: ShownItem): Html {
  return item_id === null ? html`${name}` : html`<a href="${itemUrl(item_id)}">${name}</a>`
}

/** @param at number of the line on the page, which makes ids: after a change the focus goes back to the same field */
export function unitFields(
  at: number,
  line: {
    readonly sku: string
    readonly qty: number
    readonly price: number | null
    readonly most: number
    readonly name: string
  },
): Html {
  const { sku, qty, price, most, name } = line
  return html`<input type="hidden" name="sku" value="${sku}"><input type="hidden" name="price" value="${price}">
<label class="unseen" for="qty-${at}">Units of ${name}</label>
<span class="stepper">
<button type="submit" name="less" value="${sku}" id="less-${at}" data-stay aria-label="One less of ${name}"${qty <= 1 ? html` disabled` : null}>−</button>
<input type="number" id="qty-${at}" name="qty" value="${qty}" min="1" max="${Math.max(most, qty)}" step="1" required inputmode="numeric" autocomplete="off">
<button type="submit" name="more" value="${sku}" id="more-${at}" data-stay aria-label="One more of ${name}"${qty >= most ? html` disabled` : null}>+</button>
</span>`
}

export function removeButton(sku: string, name: string): Html {
  return html`<button class="link-button" type="submit" name="remove" value="${sku}" data-stay formnovalidate aria-label="Remove ${name}">Remove</button>`
}
