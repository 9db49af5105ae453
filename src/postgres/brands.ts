/** Brands of the catalogue, for suggestions while Elasticsearch is away. */
import type { Pool } from 'pg'
import { readRows } from './cancellable.ts'

const BRANDS_MAX = 2_000

/** Brands of active items, those with most items first. */
export async function readBrands(pool: Pool, signal: AbortSignal): Promise<string[]> {
  const rows = await readRows<{ brand: string }>(
    pool,
    `select brand from items where brand is not null and status = 'active'
      group by brand order by count(*) desc, brand limit $1::integer`,
    [BRANDS_MAX],
    signal,
  )
  return rows.map((row) => row.brand)
}
