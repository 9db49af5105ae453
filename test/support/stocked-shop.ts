/** Items that can be sold, with units on the shelf, written as an operator would: by the statements of the product. */
import type { Pool } from '../../src/postgres/pool.ts'

export type Good = {
  readonly units: number
  /** Minor units; null: shown without a price. Without it 1,000. */
  readonly price?: number | null
  readonly currency?: string
  readonly limit?: number
  readonly maxPerCart?: number
}

/** Put goods into the catalogue and onto the shelf of location 1. @param goods by sku */
export async function stockShop(pool: Pool, goods: Readonly<Record<string, Good>>): Promise<void> {
  const rows = Object.entries(goods).map(([sku, good]) => ({
    sku,
    price: good.price === undefined ? 1_000 : good.price,
    currency: good.currency ?? 'EUR',
    units: good.units,
    limit: good.limit ?? null,
    max: good.maxPerCart ?? 99,
  }))
  await pool.query(
    `insert into categories (category_id, slug, name) values (1, 'all', 'All') on conflict do nothing`,
  )
  await pool.query(
    `insert into items (sku, name, category_id, price_minor, currency)
     select r.sku, r.sku, 1, r.price, r.currency
       from jsonb_to_recordset($1::jsonb) as r (sku text, price bigint, currency text)`,
    [JSON.stringify(rows)],
  )
  await pool.query(
    `insert into inv.sku (sku, limit_qty, max_per_cart)
     select r.sku, r."limit", r.max from jsonb_to_recordset($1::jsonb) as r (sku text, "limit" integer, max integer)`,
    [JSON.stringify(rows)],
  )
  const received = rows.filter((row) => row.units > 0)
  await pool.query(`select from inv.receive($1::text[], $2::smallint[], $3::integer[], 'test', 'test')`, [
    received.map((row) => row.sku),
    received.map(() => 1),
    received.map((row) => row.units),
  ])
}

/** Units of a sku over all locations. */
export async function unitsOf(pool: Pool, sku: string) {
  const { rows } = await pool.query<{ on_hand: number; held: number; committed: number }>(
    `select sum(on_hand)::integer as on_hand, sum(held)::integer as held, sum(committed)::integer as committed
       from inv.stock where sku = $1::text`,
    [sku],
  )
  return rows[0] ?? { on_hand: 0, held: 0, committed: 0 }
}
