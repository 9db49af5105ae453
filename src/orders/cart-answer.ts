/**
 * What a cart shows of its lines: whether a hold would get them now, and what it would cost. Pure; everything it goes by is
 * as of one moment that has passed, so a hold may still be refused.
 */
import type { CartAnswer, CartLine, CartLineState } from '../catalog/cart.ts'
import type { CartLineRow } from '../postgres/inv/carts.ts'
import type { InventoryRow } from '../postgres/inv/inventory.ts'
import type { ShownItemRow } from '../postgres/inv/shown-items.ts'
import { QTY_MAX } from './hold-call.ts'
import type { Bundles } from './lines.ts'
import { shownItem } from './shown-item.ts'
import type { Line, ShortLine } from './types.ts'

/** By sku; of bundles also everything about their parts. */
export type CartFacts = {
  readonly items: ReadonlyMap<string, ShownItemRow>
  readonly stock: ReadonlyMap<string, InventoryRow>
  readonly bundles: Bundles
}

/** What one sku, or a set of several, has to sell. `price` null: it cannot be sold. */
type Offer = {
  readonly price: number | null
  readonly currency: string
  readonly available: number
  readonly most: number
  readonly isLow: boolean
  readonly isWaitedFor: boolean
}

export function cartAnswer(rows: readonly CartLineRow[], facts: CartFacts): CartAnswer {
  const sold = rows.map((row) => ({ row, offer: offerOf(row.sku, facts) }))
  const lines = sold.map(({ row, offer }) => cartLine(row, offer, facts))
  return {
    lines,
    units: lines.reduce((sum, line) => sum + line.qty, 0),
    currency: sold.find(({ offer }) => offer !== null)?.offer?.currency ?? null,
    total: totalOf(lines),
  }
}

/**
 * The cart that a refused hold leaves behind. What is held for somebody else may not be written yet when the refusal comes,
 * so of the lines that it names it knows better than what was read.
 */
export function afterRefusal(cart: CartAnswer, refused: readonly ShortLine[]): CartAnswer {
  const known = new Map(refused.map((line) => [line.sku, line.available]))
  const lines = cart.lines.map((line): CartLine => {
    const available = Math.min(line.available, known.get(line.sku) ?? line.available)
    if (line.obtainable <= available) return line
    return { ...line, available, obtainable: available, state: available === 0 ? 'sold_out' : 'short' }
  })
  return { ...cart, lines, total: totalOf(lines) }
}

function totalOf(lines: readonly CartLine[]): number {
  return lines.reduce((sum, line) => sum + (line.price ?? 0) * line.obtainable, 0)
}

function cartLine(
  { sku, qty, seen_price_minor }: CartLineRow,
  offer: Offer | null,
  facts: CartFacts,
): CartLine {
  const state = offer === null ? 'not_for_sale' : stateOf(qty, offer)
  const isNone = state === 'sold_out' || state === 'queue' || state === 'not_for_sale'
  const available = offer?.available ?? 0
  const most = offer?.most ?? QTY_MAX
  return {
    sku,
    qty,
    state,
    obtainable: isNone ? 0 : Math.min(qty, available, most),
    available,
    most,
    price: offer?.price ?? null,
    seen_price: seen_price_minor,
    is_bundle: facts.bundles.has(sku),
    item: shownItem(sku, facts.items.get(sku)),
  }
}

/** The worst that can be said of it. */
function stateOf(qty: number, { available, most, isLow, isWaitedFor }: Offer): CartLineState {
  if (isWaitedFor) return 'queue'
  if (available === 0) return 'sold_out'
  if (qty > available && available <= most) return 'short'
  if (qty > most) return 'too_many'
  return isLow ? 'low' : 'available'
}

/** null: not for sale. */
function offerOf(sku: string, facts: CartFacts): Offer | null {
  const parts = facts.bundles.get(sku)
  if (parts === undefined) return ownOffer(sku, facts)
  return facts.items.get(sku)?.is_active === false ? null : bundleOffer(parts, facts)
}

function ownOffer(sku: string, { items, stock }: CartFacts): Offer | null {
  const item = items.get(sku)
  const units = stock.get(sku)
  if (!item?.is_active || item.price_minor === null || !units) return null
  const available = Math.max(0, units.available)
  return {
    price: item.price_minor,
    currency: item.currency,
    available,
    most: Math.min(units.max_per_cart, units.limit_qty ?? QTY_MAX),
    isLow: available <= units.low_at,
    isWaitedFor: units.queue > 0,
  }
}

/** As many sets as the scarcest part allows, at the sum of the prices of the parts. */
function bundleOffer(parts: readonly Line[], facts: CartFacts): Offer | null {
  const offers = parts.flatMap(({ sku, qty }) => {
    const offer = ownOffer(sku, facts)
    return offer === null ? [] : [{ ...offer, qty }]
  })
  const [first] = offers
  if (!first || offers.length < parts.length) return null
  return {
    price: offers.reduce((sum, { price, qty }) => sum + (price ?? 0) * qty, 0),
    currency: first.currency,
    available: Math.min(...offers.map(({ available, qty }) => Math.floor(available / qty))),
    most: Math.min(...offers.map(({ most, qty }) => Math.floor(most / qty))),
    isLow: offers.some(({ isLow }) => isLow),
    isWaitedFor: offers.some(({ isWaitedFor }) => isWaitedFor),
  }
}
