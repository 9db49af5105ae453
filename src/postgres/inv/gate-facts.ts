/**
 * What the admission gate in Redis needs to know of Postgres: counts of SKUs that it has not loaded, and the epoch of
 * each slot. Read from the primary: a count of a replica may be older than what the gate has seen.
 */
import type { Pool } from '../pool.ts'

/** One SKU in one snapshot. `available` is signed; `queue`: people wait; `limit`: units per customer, null: none. */
export type StockCountRow = {
  readonly sku: string
  readonly available: number
  readonly ver: number
  readonly queue: boolean
  readonly limit: number | null
}

/** @returns the SKUs that have stock, in no order */
export async function readStockCounts(db: Pool, skus: readonly string[]): Promise<StockCountRow[]> {
  const { rows } = await db.query<StockCountRow>(
    `select k.sku,
            coalesce(sum(s.on_hand - s.held - s.committed - s.safety) filter (where p.sellable), 0)::integer as available,
            k.ver::float8 as ver, k.queue_live > 0 as queue, k.limit_qty as "limit"
       from inv.sku k
       left join inv.stock s on s.sku = k.sku
       left join inv.location p on p.loc = s.loc
      where k.sku = any ($1::text[])
      group by k.sku`,
    [skus],
  )
  return rows
}

/** Epoch of one slot. `server_id` is empty before the first. */
export type EpochRow = { readonly slot: number; readonly n: number; readonly server_id: string }

/** @returns rows of these slots, in their order */
export async function readEpochs(db: Pool, slots: readonly number[]): Promise<EpochRow[]> {
  const { rows } = await db.query<EpochRow>(
    `select slot, n::float8 as n, server_id from inv.epoch where slot = any ($1::smallint[]) order by slot`,
    [slots],
  )
  return rows
}

/** Begin an epoch for another server. @returns its number; null: somebody else has begun it */
export async function beginEpoch(db: Pool, slot: number, serverId: string): Promise<number | null> {
  const { rows } = await db.query<{ n: number }>(
    `update inv.epoch set n = n + 1, server_id = $2::text, at = clock_timestamp()
      where slot = $1::smallint and server_id <> $2::text
     returning n::float8 as n`,
    [slot, serverId],
  )
  return rows[0]?.n ?? null
}
