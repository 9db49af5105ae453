/** Counts of brands and categories for the degraded search: over the first 1,000 matching rows, which bounds the cost. */
import type { Pool } from 'pg'
import { readRows } from './cancellable.ts'

const ROWS_MAX = 1_000

export type FacetRow = { readonly facet: 'brand' | 'category'; readonly value: string; readonly n: number }

/** @param itemIds ids of matching rows, at most 1,000 are counted; category values are ids, of every ancestor */
export function countFacets(
  pool: Pool,
  itemIds: readonly string[],
  signal: AbortSignal,
): Promise<FacetRow[]> {
  return readRows<FacetRow>(
    pool,
    `with found as (
       select i.brand, c.path_ids from items i join categories c using (category_id) where i.item_id = any($1::bigint[]))
     select 'brand' as facet, brand as value, count(*)::integer as n from found where brand is not null group by brand
     union all
     select 'category', id::text, count(*)::integer from found cross join unnest(path_ids) as id group by id
     order by n desc, value`,
    [itemIds.slice(0, ROWS_MAX)],
    signal,
  )
}
