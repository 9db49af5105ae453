/** Ids of category paths while a file is loaded: each path is asked of Postgres once. */
import type { Pool } from 'pg'
import { ensureCategory } from './categories.ts'

/** Memory grows with the number of categories, not of items. */
export class CategoryIds {
  readonly #pool: Pool
  readonly #ids = new Map<string, string>()
  /** Categories that did not exist before. */
  created = 0

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** @param path names from the root, at least one; missing categories are created */
  async idOf(path: readonly string[]): Promise<string> {
    const key = JSON.stringify(path)
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const { category_id, created } = await ensureCategory(this.#pool, path)
    this.#ids.set(key, category_id)
    this.created += created
    return category_id
  }
}
