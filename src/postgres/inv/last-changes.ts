/**
 * What a transaction has just done to the availability of SKUs, for whoever counts them elsewhere. To be read in that
 * transaction: later, another change may be the last one.
 */
import type { PoolClient } from '../pool.ts'

/** `units` of availability, signed; 0 for what only moved, as from held to committed. `queue`: whether people wait. */
export type LastChangeRow = {
  readonly sku: string
  readonly ver: number
  readonly units: number
  readonly queue: boolean
}

/** The last change that this transaction has made to each SKU, whose lock it keeps. SKUs without one are left out. */
export async function readLastChanges(tx: PoolClient, skus: readonly string[]): Promise<LastChangeRow[]> {
  const { rows } = await tx.query<LastChangeRow>(
    `select k.sku, k.ver::float8 as ver, k.queue_live > 0 as queue,
            (coalesce(sum(l.d_on_hand - l.d_held - l.d_committed - l.d_safety) filter (where p.sellable), 0))::integer
              as units
       from inv.sku k
       join inv.stock_ledger l on l.sku = k.sku and l.ver = k.ver and l.tx = pg_current_xact_id()
       join inv.location p on p.loc = l.loc
      where k.sku = any ($1::text[])
      group by k.sku`,
    [skus],
  )
  return rows
}

/** As above, for the SKUs of holds that this transaction has made or ended. */
export async function readLastChangesOfHolds(
  tx: PoolClient,
  holdIds: readonly string[],
): Promise<LastChangeRow[]> {
  if (holdIds.length === 0) return []
  const { rows } = await tx.query<{ sku: string }>(
    'select distinct l.sku from inv.hold_line l where l.hold_id = any ($1::uuid[])',
    [holdIds],
  )
  return await readLastChanges(
    tx,
    rows.map(({ sku }) => sku),
  )
}
