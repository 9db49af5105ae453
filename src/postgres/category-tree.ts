/** The tree of categories, as the trigger keeps its paths. */
import type { Pool } from 'pg'
import { readRows } from './cancellable.ts'

/** One category. Paths are root first and end with the category itself. */
export type CategoryRow = {
  readonly category_id: string
  readonly path_ids: readonly string[]
  readonly path_names: readonly string[]
  readonly path_slugs: readonly string[]
}

/** Every category, a parent before its children, siblings by name. */
export function readCategories(pool: Pool, signal: AbortSignal): Promise<CategoryRow[]> {
  return readRows<CategoryRow>(
    pool,
    `select category_id, path_ids, path_names, path_slugs
       from categories
      order by path_names, category_id`,
    [],
    signal,
  )
}
