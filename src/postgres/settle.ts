/** After a large load: what the server would do by itself some minutes later, so that the first search is fast. */
import type { Pool } from 'pg'

/** GIN indexes of migration 0005. They collect entries in a list that every search has to read in full. */
const GIN_INDEXES = ['items_search_tsv', 'items_codes', 'items_name_trgm'] as const

/** Empty the pending lists and bring the planner's statistics up to date. Changes no row. */
export async function settleCatalogue(pool: Pool): Promise<void> {
  for (const index of GIN_INDEXES) await pool.query('select gin_clean_pending_list($1::regclass)', [index])
  await pool.query('analyze items, categories, item_availability, item_popularity')
}
