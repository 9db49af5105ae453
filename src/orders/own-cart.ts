/**
 * The cart of a customer, kept in Postgres so that the shop goes on without script and on another day. Nothing in it is
 * promised; what it costs and whether it can be had is read anew each time. Only Postgres is asked.
 */
import type { CartAnswer, ShownItem } from '../catalog/cart.ts'
import { joinCarts, putCartLine, readCart, removeCartLines } from '../postgres/inv/carts.ts'
import { readInventory } from '../postgres/inv/inventory.ts'
import { readShownItems } from '../postgres/inv/shown-items.ts'
import { inTransaction, type Pool } from '../postgres/pool.ts'
import type { BundleReader } from './bundles.ts'
import { cartAnswer } from './cart-answer.ts'
import { shownItem } from './shown-item.ts'
import { orUnavailable } from './unavailable.ts'

/** `unknown`: there is no such item. `full`: there are as many skus as a hold can have. */
export type PutOutcome = 'done' | 'unknown' | 'full'

export type PutLine = {
  readonly sku: string
  /** 1 to 9,999. */
  readonly qty: number
  /** Of one unit, as the customer saw it; null: not said, then as it is now. */
  readonly seen_price: number | null
  /** To the units that are there, or in their place. */
  readonly mode: 'add' | 'set'
}

/** All of it throws OrderingUnavailable when Postgres does not answer. */
export type OwnCart = {
  read(customer: string): Promise<CartAnswer>
  put(customer: string, line: PutLine): Promise<PutOutcome>
  /** What is not in it is no fault. */
  remove(customer: string, skus: readonly string[]): Promise<void>
  /** A guest has become this customer, whose own lines win. Repeating it changes nothing. */
  join(guest: string, customer: string): Promise<void>
  /** Items of a hold or an order, each sku with one. */
  itemsOf(skus: readonly string[]): Promise<ReadonlyMap<string, ShownItem>>
}

export function createOwnCart(pool: Pool, bundles: BundleReader): OwnCart {
  return {
    read: (customer) =>
      orUnavailable(async () => {
        const rows = await readCart(pool, customer)
        const skus = rows.map((row) => row.sku)
        const parts = await bundles.of(skus)
        const all = [...new Set([...skus, ...[...parts.values()].flat().map((part) => part.sku)])]
        const [items, stock] = await Promise.all([readShownItems(pool, all), readInventory(pool, all)])
        return cartAnswer(rows, { items: bySku(items), stock: bySku(stock), bundles: parts })
      }),
    put: (customer, { sku, qty, seen_price, mode }) =>
      orUnavailable(async () => {
        const [item] = await readShownItems(pool, [sku])
        if (!item?.is_active) return 'unknown'
        const seen_price_minor = seen_price ?? item.price_minor
        const units = await putCartLine(pool, customer, { sku, qty, seen_price_minor, mode })
        return units === null ? 'full' : 'done'
      }),
    remove: (customer, skus) => orUnavailable(() => removeCartLines(pool, customer, skus)),
    join: (guest, customer) =>
      orUnavailable(() => inTransaction(pool, (tx) => joinCarts(tx, guest, customer))),
    itemsOf: (skus) =>
      orUnavailable(async () => {
        const rows = bySku(await readShownItems(pool, skus))
        return new Map(skus.map((sku) => [sku, shownItem(sku, rows.get(sku))]))
      }),
  }
}

function bySku<T extends { readonly sku: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.sku, row]))
}
