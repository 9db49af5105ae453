/** SKUs that are sold as a set of others. */
import type { Line } from '../../orders/types.ts'
import type { Pool } from '../pool.ts'

/** @returns parts of those SKUs that are bundles, by the sku of the bundle */
export async function readBundles(db: Pool, skus: readonly string[]): Promise<Map<string, readonly Line[]>> {
  const { rows } = await db.query<{ bundle_sku: string; parts: Line[] }>(
    `select b.bundle_sku, json_agg(json_build_object('sku', b.sku, 'qty', b.qty) order by b.sku collate "C") as parts
       from inv.bundle b
      where b.bundle_sku = any ($1::text[])
      group by b.bundle_sku`,
    [skus],
  )
  return new Map(rows.map((row) => [row.bundle_sku, row.parts]))
}
