/**
 * What reconcile compares the gate with: counts together with the holds they contain, and the changes that the gate
 * hears of as deltas. From the primary; one statement is one snapshot.
 */
import type { Pool, PoolClient } from '../pool.ts'
import type { StockCountRow } from './gate-facts.ts'

/** `holds`: ids of the holds made in the last 2 min whose units the count lacks, or lacked until they ended. */
export type StockSnapshotRow = StockCountRow & { readonly holds: readonly string[] }

/**
 * @returns the SKUs that have stock, in no order. A hold older than 2 min is left out: the gate can then under-sell
 *   its units until its admission is settled, and nothing else
 */
export async function readStockSnapshots(
  db: Pool | PoolClient,
  skus: readonly string[],
): Promise<StockSnapshotRow[]> {
  const { rows } = await db.query<StockSnapshotRow>(
    `with recent as materialized (
       select l.sku, array_agg(distinct l.hold_id::text) as holds
         from inv.hold h
         join inv.hold_line l on l.hold_id = h.id and l.sku = any ($1::text[])
        where h.created_at > (select clock_timestamp() - interval '2 minutes') -- else every hold is read
          and h.state <> 'VOID'
        group by l.sku
     )
     select k.sku,
            (select coalesce(sum(s.on_hand - s.held - s.committed - s.safety), 0)::integer
               from inv.stock s
               join inv.location p on p.loc = s.loc and p.sellable
              where s.sku = k.sku) as available,
            k.ver::float8 as ver, k.queue_live > 0 as queue, k.limit_qty as "limit",
            coalesce(r.holds, '{}') as holds
       from inv.sku k
       left join recent r on r.sku = k.sku
      where k.sku = any ($1::text[])`,
    [skus],
  )
  return rows
}

/** `units`: of availability, signed. `age_ms` by the clock of Postgres. */
export type LedgerChangeRow = {
  readonly sku: string
  readonly ver: number
  readonly units: number
  readonly age_ms: number
}

/**
 * @param ranges at most one per SKU
 * @returns changes with `after < ver <= upTo` that did not come through an admission, by SKU and version
 */
export async function readLedgerChanges(
  db: Pool | PoolClient,
  ranges: readonly { readonly sku: string; readonly after: number; readonly upTo: number }[],
): Promise<LedgerChangeRow[]> {
  const { rows } = await db.query<LedgerChangeRow>(
    `select l.sku, l.ver::float8 as ver,
            sum(l.d_on_hand - l.d_held - l.d_committed - l.d_safety)::integer as units,
            (extract(epoch from clock_timestamp() - min(l.at)) * 1000)::float8 as age_ms
       from unnest($1::text[], $2::bigint[], $3::bigint[]) as r (sku, after, up_to)
      cross join inv.location p
       join inv.stock_ledger l on l.sku = r.sku and l.loc = p.loc and l.ver > r.after and l.ver <= r.up_to
      where p.sellable
        and l.kind <> 'hold'
      group by l.sku, l.ver
      order by l.sku, l.ver`,
    [ranges.map(({ sku }) => sku), ranges.map(({ after }) => after), ranges.map(({ upTo }) => upTo)],
  )
  return rows
}
