/**
 * The side of Postgres for `indexer verify`: what each document has to be, by the mapping's own SQL and its own
 * row-to-document function, and where the WAL stands. Reads only; every statement is a short transaction.
 */
import type { Mapping, Row } from '../../mappings/define.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import type { Bucket, Content } from '../core/verify.ts'

/** One page of rows as the documents they make. */
export type Page = {
  readonly contents: ReadonlyMap<string, Content>
  /** Last id of the page; null when the page is empty: nothing is left. */
  readonly last: string | null
}

export type Rows = {
  buckets(width: number): Promise<Bucket[]>
  /** Hashes of ids in [from, to), as `{ row_hash }`. */
  hashes(from: number, to: number): Promise<Map<string, Content>>
  /** Whole documents of up to `limit` ids above `after`. */
  page(after: string, limit: number): Promise<Page>
  /** Whole documents of these ids; an id without a row is not in the map. */
  byIds(ids: readonly string[]): Promise<Map<string, Content>>
  /** Estimated from statistics, for progress only. */
  estimate(): Promise<number>
}

/** Anything else is the id of a document that has no row. */
const BIGINT = /^-?\d{1,18}$/

export function verifyRows(pool: Pool, mapping: Mapping): Rows {
  return {
    async buckets(width) {
      type Counted = { bucket: string; n: number; hash_sum: string }
      const { rows } = await pool.query<Counted>(mapping.buckets, [width])
      return rows.map((row) => ({ bucket: Number(row.bucket), n: row.n, hash_sum: Number(row.hash_sum) }))
    },
    async hashes(from, to) {
      const { rows } = await pool.query<{ id: string; row_hash: string }>(mapping.hashes, [from, to])
      return new Map(rows.map((row) => [row.id, { row_hash: Number(row.row_hash) }]))
    },
    async page(after, limit) {
      const { rows } = await pool.query<Row>(mapping.load, [after, limit])
      const contents = documentsOf(mapping, rows)
      return { contents, last: [...contents.keys()].at(-1) ?? null }
    },
    async byIds(ids) {
      const { rows } = await pool.query<Row>(mapping.reread, [ids.filter((id) => BIGINT.test(id))])
      return documentsOf(mapping, rows)
    },
    async estimate() {
      const { rows } = await pool.query<{ n: number }>(
        'select greatest(reltuples, 0)::float8 as n from pg_class where oid = to_regclass($1)',
        [mapping.root],
      )
      return rows[0]?.n ?? 0
    },
  }
}

/** Rows to documents by id. The row that carries only the snapshot has no id and is left out. */
function documentsOf(mapping: Mapping, rows: readonly Row[]): Map<string, Content> {
  const found = rows.filter((row) => row[mapping.idColumn] !== null)
  return new Map(found.map((row) => [String(row[mapping.idColumn]), mapping.toDocument(row)]))
}
