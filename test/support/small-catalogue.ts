/** A catalogue made by two statements, for tests of the change stream: what matters is rows, not beauty. */
import type { Pool } from '../../src/postgres/pool.ts'

/**
 * Categories 1..`categories` (the first is the root of the others) and `items` items spread over them, with the
 * ids `idStep`, 2 `idStep`, and so on.
 * @param categories integer >= 1
 */
export async function fillCatalogue(
  pool: Pool,
  {
    categories = 4,
    items = 200,
    idStep = 1,
  }: { readonly [name in 'categories' | 'items' | 'idStep']?: number } = {},
): Promise<void> {
  await pool.query(
    `insert into categories (category_id, parent_id, slug, name)
     select n, case when n = 1 then null else 1 end, 'category-' || n, 'Category ' || n
       from generate_series(1, $1::integer) n order by n`,
    [categories],
  )
  await pool.query(
    `insert into items (item_id, sku, name, brand, category_id, price_minor, currency, attrs)
     select n * $3::integer, 'SKU-' || n, 'Item ' || n, 'Brand ' || n % 7, 1 + n % $1::integer, 100 + n, 'EUR',
            jsonb_build_object('colour', 'c' || n % 5)
       from generate_series(1, $2::integer) n`,
    [categories, items, idStep],
  )
  await pool.query(`select setval(pg_get_serial_sequence('items', 'item_id'), $1)`, [items * idStep])
  await pool.query(`select setval(pg_get_serial_sequence('categories', 'category_id'), $1)`, [categories])
}
