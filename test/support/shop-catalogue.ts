/** A small shop that reads like one, for tests of the pages: two categories below one with a very long
 * word, sixty items, words worth suggesting. */
import type { Pool } from '../../src/postgres/pool.ts'

/** Category paths of the shop. */
export const MICE = 'peripherals/mice'
export const KEYBOARDS = 'peripherals/keyboards'
/** Items of the shop. */
export const SHOP_ITEMS = 60

/** 30 wireless mice of three brands (ids 1 to 30) and 30 wired keyboards (ids 31 to 60), one price each. */
export async function fillShop(pool: Pool): Promise<void> {
  await pool.query(
    `insert into categories (category_id, parent_id, slug, name)
     values (1, null, 'peripherals', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk peripherals'),
            (2, 1, 'mice', 'Mice'), (3, 1, 'keyboards', 'Keyboards')`,
  )
  await pool.query(
    `insert into items (item_id, sku, name, brand, category_id, price_minor, currency, attrs, image_url)
     select n, 'ART-' || n,
            brand || case when n <= 30 then ' wireless mouse ' else ' wired keyboard ' end || model,
            brand, case when n <= 30 then 2 else 3 end, 1000 + 10 * n, 'EUR',
            jsonb_build_object('colour', (array['Black', 'White'])[1 + n % 2]),
            case when n % 3 = 0 then 'https://images.invalid/' || n || '.jpg' end
       from generate_series(1, 60) n,
            lateral (select (array['Acme', 'Borealis', 'Cobalt'])[1 + n % 3] as brand, 'M' || 100 + n as model) x`,
  )
  await pool.query(
    `insert into item_availability (item_id, availability)
     select item_id, case when item_id % 10 = 0 then 'low' else 'in_stock' end from items`,
  )
}
