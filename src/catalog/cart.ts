/**
 * A cart as its owner sees it: what the order path makes, http sends and the pages show. Prices are integer minor units of
 * `currency`. A cart holds nothing: what it says of stock and price is as of the moment it was read.
 */
import type { CategoryRef } from './answers.ts'

/** What a list of an order shows of an item. */
export type ShownItem = {
  /** null: it is not in the shop any more, or hidden. */
  readonly item_id: string | null
  readonly name: string
  readonly brand: string | null
  readonly image: string | null
  readonly category: Pick<CategoryRef, 'name' | 'names'>
}

/**
 * `available` and `low`: all units can be had; `short`: some of them; `too_many`: more than one customer may have;
 * `queue`: others wait and come first; `not_for_sale`: hidden, without price, or no stock is kept of it.
 */
export type CartLineState = 'available' | 'low' | 'short' | 'too_many' | 'sold_out' | 'queue' | 'not_for_sale'

export type CartLine = {
  readonly sku: string
  readonly qty: number
  readonly state: CartLineState
  /** Units of `qty` that a hold would get now. */
  readonly obtainable: number
  /** Units that anybody can hold now, >= 0. */
  readonly available: number
  /** Most units that one customer may have. */
  readonly most: number
  /** Of one unit now; null: it has none. */
  readonly price: number | null
  /** Of one unit when the line was put; null: none was shown. */
  readonly seen_price: number | null
  /** Sold as its parts: a hold has them as its lines, and no price can be expected of it. */
  readonly is_bundle: boolean
  readonly item: ShownItem
}

export type CartAnswer = {
  readonly lines: readonly CartLine[]
  /** Units over all lines. */
  readonly units: number
  /** null: nothing in it has a price. */
  readonly currency: string | null
  /** Of the units that can be had now. */
  readonly total: number
}

/** Whether a line got another price since it was put. */
export function isPriceChanged({ price, seen_price }: CartLine): boolean {
  return price !== null && seen_price !== null && price !== seen_price
}
