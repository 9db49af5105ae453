/** Bundles: SKUs that are sold as a set of others. Their parts are held, never they; bundles are not nested. */
import type { Line } from '../../orders/types.ts'
import type { Pool, PoolClient } from '../pool.ts'

/** Parts of those SKUs that are bundles, by the sku of the bundle, each list sorted by sku (code points). */
export async function readBundles(
  db: Pool | PoolClient,
  skus: readonly string[],
): Promise<ReadonlyMap<string, readonly Line[]>> {
  const { rows } = await db.query<Line & { bundle_sku: string }>(
    `select b.bundle_sku, b.sku, b.qty from inv.bundle b
      where b.bundle_sku = any ($1::text[]) order by b.bundle_sku, b.sku collate "C"`,
    [skus],
  )
  const bundles = new Map<string, Line[]>()
  for (const { bundle_sku, sku, qty } of rows) {
    const parts = bundles.get(bundle_sku)
    if (parts) parts.push({ sku, qty })
    else bundles.set(bundle_sku, [{ sku, qty }])
  }
  return bundles
}

/** Advisory lock of every change of bundles: two changes at once could nest what each alone would not. */
const BUNDLES_LOCK = 7_265_110_403n

/**
 * Set the parts of a bundle; none: it is no bundle any more.
 * @returns false: a part is a bundle, or the bundle is a part of another; nothing changed
 */
export async function replaceBundle(
  tx: PoolClient,
  bundleSku: string,
  parts: readonly Line[],
): Promise<boolean> {
  await tx.query('select pg_advisory_xact_lock($1::bigint)', [BUNDLES_LOCK])
  const skus = parts.map((part) => part.sku)
  const { rows } = await tx.query(
    `select from inv.bundle b
      where (b.bundle_sku = any ($2::text[]) or b.sku = $1::text) and cardinality($2::text[]) > 0 limit 1`,
    [bundleSku, skus],
  )
  if (rows.length > 0) return false
  await tx.query('delete from inv.bundle b where b.bundle_sku = $1::text', [bundleSku])
  await tx.query(
    `insert into inv.bundle (bundle_sku, sku, qty)
     select $1::text, u.sku, u.qty from unnest($2::text[], $3::integer[]) as u (sku, qty)`,
    [bundleSku, skus, parts.map((part) => part.qty)],
  )
  return true
}
