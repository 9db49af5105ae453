/**
 * The shapes that the parts of the order path hand to each other: a cart's lines, what was held of them, and why
 * nothing was. Plain data, no code. Quantities are units (integer >= 1), money is minor units of the cart's
 * currency, `sku` is the text key of `inv.sku`.
 */

/** One SKU of a cart. Lists of lines hold each SKU once and are sorted by sku in code point order (`collate "C"`). */
export type Line = { readonly sku: string; readonly qty: number }

/** A line with the price of one unit, which holds until the hold ends. */
export type PricedLine = Line & { readonly unit_price_minor: number }

/** Units held for a line at one location: `qty` of the `requested`; `ver` is the SKU's version that took them. */
export type HeldLine = PricedLine & {
  readonly requested: number
  readonly loc: number
  readonly ver: number
}

/** A line that could not be held in full; `available` is what a shopper may know, >= 0. */
export type ShortLine = { readonly sku: string; readonly requested: number; readonly available: number }

/** Why a cart got nothing. */
export type RefusalReason =
  | 'SOLD_OUT'
  | 'PARTIAL'
  | 'QUEUE'
  | 'LIMIT'
  | 'UNKNOWN_SKU'
  | 'PRICE_CHANGED'
  | 'NOT_FOR_SALE'
  | 'MIXED_CURRENCY'
  | 'ABANDONED'

/** A price that is not the one the caller saw. */
export type ChangedPrice = { readonly sku: string; readonly expected: number; readonly now: number }

/**
 * A refusal with the lines it is about; `limit` and `used` are units per customer and come with LIMIT only, `prices`
 * with PRICE_CHANGED only.
 */
export type Refusal = {
  readonly reason: RefusalReason
  readonly lines: readonly ShortLine[]
  readonly limit?: number
  readonly used?: number
  readonly prices?: readonly ChangedPrice[]
}
