/** A small catalogue in a test database and what its index shows, for tests of the change stream. */
import type { Client } from '../../src/elasticsearch/client.ts'
import type { TestDatabase } from './database.ts'
import { waitFor } from './wait-for.ts'

/** Long enough for a machine that runs another test file at the same time. */
export const VISIBLE_DEADLINE_MS = 30_000

export type Catalogue = {
  /** One category. @returns its id */
  category(name: string, parent?: string): Promise<string>
  /** `count` items of one category, skus `{prefix}-1` and on. @returns the first id */
  items(prefix: string, categoryId: string, count: number): Promise<string>
  sql(text: string, values?: readonly unknown[]): Promise<void>
  /** Documents that search shows for a term of a field. */
  shown(field: string, value: string | number): Promise<number>
  /** The document of an id, or null: search does not show it. */
  document(id: string): Promise<Readonly<Record<string, unknown>> | null>
  /** Waits until search shows `count` documents for a term. */
  expectShown(field: string, value: string | number, count: number): Promise<void>
}

export function catalogueOf(database: TestDatabase, client: Client, alias: string): Catalogue {
  const { pool } = database
  const shown = async (field: string, value: string | number): Promise<number> => {
    const found = await client.count({ index: alias, query: { term: { [field]: value } } })
    return found.count
  }
  return {
    async category(name, parent) {
      const { rows } = await pool.query<{ category_id: string }>(
        `insert into categories (name, slug, parent_id) values ($1, lower($1), $2::bigint) returning category_id`,
        [name, parent ?? null],
      )
      return rows[0]?.category_id ?? ''
    },
    async items(prefix, categoryId, count) {
      const { rows } = await pool.query<{ item_id: string }>(
        `insert into items (sku, name, category_id, price_minor, currency)
         select $1 || '-' || g, $1 || ' item ' || g, $2::bigint, g, 'EUR' from generate_series(1, $3::integer) g
         returning item_id`,
        [prefix, categoryId, count],
      )
      return rows[0]?.item_id ?? ''
    },
    async sql(text, values = []) {
      await pool.query(text, [...values])
    },
    shown,
    async document(id) {
      const found = await client.search<Record<string, unknown>>({
        index: alias,
        query: { ids: { values: [id] } },
      })
      return found.hits.hits[0]?._source ?? null
    },
    async expectShown(field, value, count) {
      await waitFor(
        `${count} documents with ${field} = ${value}`,
        async () => (await shown(field, value)) === count,
        { deadlineMs: VISIBLE_DEADLINE_MS, everyMs: 50 },
      )
    },
  }
}
