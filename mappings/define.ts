/**
 * What one index takes from Postgres: a mapping file is the only place that knows column names. The indexer
 * reads these and knows nothing about items.
 */
import { createHash } from 'node:crypto'
import type { ChangeTags } from '../src/cache/tags.ts'

/** How a changed row of one table leads to documents. */
export type AffectedRule = {
  /** Key column of that table, as the replication stream names it. */
  readonly key: string
  /** The key is the document id itself. */
  readonly direct?: true
  /**
   * Document ids of changed keys, by keyset: `$1` text[] of keys, `$2` bigint exclusive lower bound of the id,
   * `$3` integer limit; one column `id`, ascending.
   */
  readonly sql?: string
  /** Count of those ids: `$1` text[] of keys; one column `n`. */
  readonly countSql?: string
  /** More ids than this become a durable fan-out job. */
  readonly fanOutAbove?: number
}

/** Row of the re-read, beside `snap`: columns of the mapping's own choice. */
export type Row = Readonly<Record<string, unknown>>

/** A document before the indexer adds `lsn` and `tombstone`. */
export type DocumentBody = Readonly<Record<string, unknown>> & { readonly row_hash: number }

export type Mapping = {
  readonly name: string
  /** Column of the re-read that is the document id; bigint. */
  readonly idColumn: string
  /** Table whose primary key is the document id. */
  readonly root: string
  /** Index settings without refresh, replicas and gc_deletes, which are the indexer's. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly properties: Readonly<Record<string, unknown>>
  /**
   * Rows of ids: `$1` bigint[]. Every row has `snap` (pg_current_snapshot as text); one row with only `snap`
   * comes back when all ids are gone, so the snapshot is always known.
   */
  readonly reread: string
  /** Rows of an id range for loading: `$1` exclusive lower bound, `$2` limit; ascending by id; `snap` as above. */
  readonly load: string
  /** Ids and hashes of a range for verify: `$1` inclusive from, `$2` exclusive to; columns id, row_hash. */
  readonly hashes: string
  /** Per bucket of ids: `$1` bucket width; columns bucket, n, hash_sum (text). */
  readonly buckets: string
  /** Pure: row to document. */
  readonly toDocument: (row: Row) => DocumentBody
  readonly affected: Readonly<Record<string, AffectedRule>>
  /** Fields of a document that `tags` reads. */
  readonly tagFields: readonly string[]
  /** Pure: cached answers that a change of one document touches; null: there is no document. */
  readonly tags: (before: Row | null, after: Row | null) => ChangeTags
}

/** Check a mapping once, at start. @throws TypeError when a rule has neither `direct` nor `sql` */
export function defineMapping(mapping: Mapping): Mapping {
  for (const [table, rule] of Object.entries(mapping.affected)) {
    if (!rule.direct && !rule.sql)
      throw new TypeError(`mapping ${mapping.name}: ${table} needs direct or sql`)
  }
  if (!mapping.affected[mapping.root]?.direct) {
    throw new TypeError(`mapping ${mapping.name}: the root table ${mapping.root} must be direct`)
  }
  return mapping
}

/**
 * Version of a mapping: changes when settings, fields, SQL or the code of toDocument change. Kept in `_meta` of
 * the index; a difference means that a reindex is due.
 */
export function mappingVersion(mapping: Mapping): string {
  const { toDocument, tags: _, tagFields: __, ...data } = mapping
  return createHash('sha256')
    .update(JSON.stringify(data))
    .update(toDocument.toString())
    .digest('hex')
    .slice(0, 16)
}
