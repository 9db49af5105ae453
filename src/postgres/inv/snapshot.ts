/**
 * R2: what Postgres has of some SKUs in one snapshot, with the ids of holds that it contains. Reconcile takes away
 * the admissions of Redis that are not among them. A hold that is missing in the list only under-sells, until its
 * admission is settled; a VOID one in it would oversell.
 */
import { inTransaction, type Pool } from '../pool.ts'
import { type GateCount, readGateCounts } from './inventory.ts'

export type SkuSnapshot = GateCount & { readonly holds: readonly string[] }

/** Admissions are settled or swept within seconds; older holds cannot be tentative. */
const RECENT_S = 120

/**
 * @param tentative ids of admissions that were under way before this call; null: holds of the last 2 min. With ids
 *   the cost is a look-up for each of them; without, a scan of all holds of 2 min, which a sale makes long
 */
export async function readSnapshot(
  pool: Pool,
  skus: readonly string[],
  tentative: readonly string[] | null = null,
): Promise<SkuSnapshot[]> {
  return await inTransaction(pool, async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    const counts = await readGateCounts(tx, skus)
    const { rows } = await tx.query<{ sku: string; ids: string[] }>(
      tentative === null
        ? `select l.sku, array_agg(h.id) as ids
             from inv.hold h join inv.hold_line l on l.hold_id = h.id
            where h.created_at > (select clock_timestamp() - $2::integer * interval '1 second')
              and h.state <> 'VOID' and l.sku = any ($1::text[])
            group by l.sku`
        : `select l.sku, array_agg(h.id) as ids
             from inv.hold h join inv.hold_line l on l.hold_id = h.id
            where h.id = any ($2::uuid[]) and h.state <> 'VOID' and l.sku = any ($1::text[])
            group by l.sku`,
      [skus, tentative ?? RECENT_S],
    )
    const ids = new Map(rows.map((row) => [row.sku, row.ids]))
    return counts.map((count) => ({ ...count, holds: ids.get(count.sku) ?? [] }))
  })
}
