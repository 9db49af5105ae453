/** Attribute keys worth showing as facets, as computed at import. */
import type { Pool } from 'pg'
import { readRows } from './cancellable.ts'

/** One key of one category; `category_id` null: the whole catalogue. */
export type FacetKeyRow = { readonly category_id: string | null; readonly attr: string }

/** Every key, per category in the order to show them. */
export function readFacetKeys(pool: Pool, signal: AbortSignal): Promise<FacetKeyRow[]> {
  return readRows<FacetKeyRow>(
    pool,
    'select category_id, attr from category_facets order by category_id nulls first, position',
    [],
    signal,
  )
}
