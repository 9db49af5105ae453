/** The ledger as it is read: pages for people, changes for reconcile. Nobody can change it. */
import type { Pool, PoolClient } from '../pool.ts'

export type LedgerRow = {
  /** bigint as text. */
  readonly id: string
  readonly sku: string
  readonly loc: number
  readonly ver: number
  readonly kind: string
  readonly d_on_hand: number
  readonly d_held: number
  readonly d_committed: number
  readonly d_safety: number
  readonly ref: string | null
  readonly actor: string | null
  readonly at: Date
}

/** Page of a SKU's ledger, youngest first. @param before version and location of the last row seen; null: first page */
export async function readLedger(
  db: Pool,
  sku: string,
  page: { readonly before: Pick<LedgerRow, 'ver' | 'loc'> | null; readonly limit: number },
): Promise<LedgerRow[]> {
  const { rows } = await db.query<LedgerRow>(
    `select l.id, l.sku, l.loc, l.ver::float8 as ver, l.kind, l.d_on_hand, l.d_held, l.d_committed, l.d_safety,
            l.ref, l.actor, l.at
       from inv.stock_ledger l
      where l.sku = $1::text
        and ($2::bigint is null or l.ver < $2::bigint or (l.ver = $2::bigint and l.loc > $3::smallint))
      order by l.ver desc, l.loc
      limit $4::integer`,
    [sku, page.before?.ver ?? null, page.before?.loc ?? null, page.limit],
  )
  return rows
}

/** A change of availability that was no hold: it reaches Redis as a delta. `age_ms` by the clock of Postgres. */
export type AvailabilityChange = { readonly ver: number; readonly units: number; readonly age_ms: number }

/**
 * Changes of a SKU with `after < ver <= upTo` that were no holds.
 * @returns `units` over locations that are sellable now: one that opened or closed meanwhile is not seen here
 */
export async function readChanges(
  db: Pool | PoolClient,
  sku: string,
  after: number,
  upTo: number,
): Promise<AvailabilityChange[]> {
  const { rows } = await db.query<AvailabilityChange>(
    `select l.ver::float8 as ver,
            coalesce(sum(l.d_on_hand - l.d_held - l.d_committed - l.d_safety) filter (where p.sellable), 0)::integer as units,
            (extract(epoch from clock_timestamp() - min(l.at)) * 1000)::float8 as age_ms
       from inv.stock_ledger l
       join inv.location p on p.loc = l.loc
      where l.sku = $1::text and l.ver > $2::bigint and l.ver <= $3::bigint and l.kind <> 'hold'
      group by l.ver
      order by l.ver`,
    [sku, after, upTo],
  )
  return rows
}
