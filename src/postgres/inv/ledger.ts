/** The ledger as people read it. Nobody can change it. */
import type { Pool } from '../pool.ts'

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
