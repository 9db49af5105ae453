/**
 * Stock as shoppers and admins read it. From the primary: what is shown has to fit what a hold would get.
 */
import type { Pool, PoolClient } from '../pool.ts'

/** SQL of one SKU's units over sellable locations, signed. `s` is inv.sku. */
export const AVAILABLE = `(select coalesce(sum(k.on_hand - k.held - k.committed - k.safety), 0)::float8
    from inv.stock k join inv.location p on p.loc = k.loc and p.sellable where k.sku = s.sku)`

/** A SKU for shoppers. `available` is signed: the answer cuts it at 0. `queue`: people waiting or offered. */
export type InventoryRow = {
  readonly sku: string
  readonly available: number
  readonly low_at: number
  readonly queue: number
  readonly max_per_cart: number
  readonly limit_qty: number | null
  readonly ver: number
}

/** @returns the SKUs that have an inv.sku row, in no order */
export async function readInventory(db: Pool | PoolClient, skus: readonly string[]): Promise<InventoryRow[]> {
  const { rows } = await db.query<InventoryRow>(
    `select s.sku, ${AVAILABLE} as available, s.low_at, s.queue_live as queue, s.max_per_cart, s.limit_qty,
            s.ver::float8 as ver
       from inv.sku s where s.sku = any ($1::text[])`,
    [skus],
  )
  return rows
}

/** One shelf. */
export type ShelfRow = {
  readonly sku: string
  readonly loc: number
  readonly on_hand: number
  readonly held: number
  readonly committed: number
  readonly safety: number
}

/** Shelves of SKUs, sorted by sku (code points) and location. */
export async function readShelves(db: Pool | PoolClient, skus: readonly string[]): Promise<ShelfRow[]> {
  const { rows } = await db.query<ShelfRow>(
    `select k.sku, k.loc, k.on_hand, k.held, k.committed, k.safety
       from inv.stock k where k.sku = any ($1::text[]) order by k.sku collate "C", k.loc`,
    [skus],
  )
  return rows
}

/** Whether an item of the catalogue has this sku. */
export async function isItem(db: Pool | PoolClient, sku: string): Promise<boolean> {
  const { rowCount } = await db.query('select from items i where i.sku = $1::text', [sku])
  return (rowCount ?? 0) > 0
}
