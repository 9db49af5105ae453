/** Which SKUs a job has to look at: those that the ledger says have changed, or all of them page by page. */
import type { Pool } from '../pool.ts'

/** `upTo`: highest ledger id seen, to be given back as `after`; ids are below 2^53. */
export type ChangedSkus = { readonly upTo: number; readonly skus: readonly string[] }

/**
 * Ids are taken before their transactions commit, so rows of the last ids are read once more: those of a minute, which
 * no transaction of the order path lasts. Without it a shop at rest compares its last SKUs every second.
 */
const OVERLAP = 1_000

/**
 * SKUs with ledger rows after `after`, and some just before it.
 * @param after null: none yet; only the place is told
 */
export async function readChangedSkus(db: Pool, after: number | null): Promise<ChangedSkus> {
  const { rows } = await db.query<{ up_to: number; skus: string[] }>(
    `select coalesce((select max(m.id) from inv.stock_ledger m), 0)::float8 as up_to,
            array(select distinct l.sku from inv.stock_ledger l
                   where l.id > $1::bigint - $2::bigint
                     and (l.id > $1::bigint or l.at > (select clock_timestamp() - interval '1 minute'))) as skus`,
    [after ?? Number.MAX_SAFE_INTEGER, OVERLAP],
  )
  return { upTo: rows[0]?.up_to ?? 0, skus: rows[0]?.skus ?? [] }
}

/** The next `limit` SKUs after one, in byte order; '' begins. */
async function listSkus(db: Pool, after: string, limit: number): Promise<string[]> {
  const { rows } = await db.query<{ sku: string }>(
    `select k.sku from inv.sku k where k.sku collate "C" > $1::text collate "C"
      order by k.sku collate "C" limit $2::integer`,
    [after, limit],
  )
  return rows.map(({ sku }) => sku)
}

/** All SKUs in byte order, `pageSize` at a time. */
export async function* walkSkus(db: Pool, pageSize: number): AsyncGenerator<string[]> {
  for (let page = await listSkus(db, '', pageSize); page.length > 0; ) {
    yield page
    page = await listSkus(db, page.at(-1) ?? '', pageSize)
  }
}

/** Those of these that have a row, in byte order. */
export async function listKnownSkus(db: Pool, skus: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ sku: string }>(
    'select k.sku from inv.sku k where k.sku = any ($1::text[]) order by k.sku collate "C"',
    [skus],
  )
  return rows.map(({ sku }) => sku)
}

/** How many SKUs have a row. */
export async function countSkus(db: Pool): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::float8 as n from inv.sku')
  return rows[0]?.n ?? 0
}
