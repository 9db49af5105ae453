/** Rules of selling a SKU: how many a customer may have, and when search calls it low. They move no units. */
import type { Pool, PoolClient } from '../pool.ts'

/**
 * `limit_qty` null: no limit. `limit_bucket`: all, drop:<id> or day:<date>; units count in the bucket in which they
 * were taken, whatever it is later. A lower limit takes nothing away.
 */
export type SkuRules = {
  readonly limit_qty: number | null
  readonly limit_bucket: string
  readonly returns_free_limit: boolean
  readonly max_per_cart: number
  readonly low_at: number
}

/** What changes; a field that is left out, or undefined, stays. `limit_qty` null ends the limit. */
export type SkuRulesChange = { readonly [Rule in keyof SkuRules]?: SkuRules[Rule] | undefined }

/** Change the rules of a SKU; one without stock rows gets its row. @returns the rules now */
export async function changeSkuRules(
  tx: Pool | PoolClient,
  sku: string,
  change: SkuRulesChange,
): Promise<SkuRules> {
  const { rows } = await tx.query<SkuRules>(
    `insert into inv.sku as s (sku, limit_qty, limit_bucket, returns_free_limit, max_per_cart, low_at)
     select $1::text, n.limit_qty, coalesce(n.limit_bucket, d.limit_bucket), coalesce(n.returns_free_limit, d.returns_free_limit),
            coalesce(n.max_per_cart, d.max_per_cart), coalesce(n.low_at, d.low_at)
       from jsonb_to_record($2::jsonb) as n (limit_qty integer, limit_bucket text, returns_free_limit boolean,
                                             max_per_cart integer, low_at integer),
            (values ('all', false, 99, 5)) as d (limit_bucket, returns_free_limit, max_per_cart, low_at)
         on conflict (sku) do update set
            limit_qty = case when $2::jsonb ? 'limit_qty' then excluded.limit_qty else s.limit_qty end,
            limit_bucket = case when $2::jsonb ? 'limit_bucket' then excluded.limit_bucket else s.limit_bucket end,
            returns_free_limit = case when $2::jsonb ? 'returns_free_limit' then excluded.returns_free_limit
                                      else s.returns_free_limit end,
            max_per_cart = case when $2::jsonb ? 'max_per_cart' then excluded.max_per_cart else s.max_per_cart end,
            low_at = case when $2::jsonb ? 'low_at' then excluded.low_at else s.low_at end
     returning s.limit_qty, s.limit_bucket, s.returns_free_limit, s.max_per_cart, s.low_at`,
    [sku, JSON.stringify(change)],
  )
  const [row] = rows
  if (!row) throw new Error('rules of a SKU: one row expected, none came')
  return row
}

/** @returns null: the SKU has no row */
export async function readSkuRules(db: Pool | PoolClient, sku: string): Promise<SkuRules | null> {
  const { rows } = await db.query<SkuRules>(
    `select s.limit_qty, s.limit_bucket, s.returns_free_limit, s.max_per_cart, s.low_at
       from inv.sku s where s.sku = $1::text`,
    [sku],
  )
  return rows[0] ?? null
}
