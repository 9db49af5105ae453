/**
 * Attribute keys that are facets, per category, kept in the process. Without Postgres the last known ones serve;
 * a process that never saw them reads the keys of a sample of documents.
 */
import type { Pool } from 'pg'
import type { CategoryNode } from '../catalog/answers.ts'
import { isPostgresAway } from '../postgres/cancellable.ts'
import { type FacetKeyRow, readFacetKeys } from '../postgres/facet-keys.ts'
import type { CategoryTree } from './category-tree.ts'
import type { ElasticsearchCalls } from './elasticsearch-calls.ts'
import { BEFORE_SEARCH, LOAD_LIMIT_MS, refreshed } from './refreshed.ts'

export type FacetKeys = {
  /** Keys of a category, in the order to show them; null: the whole catalogue. */
  of(category: CategoryNode | null, tree: CategoryTree): readonly string[]
  readonly all: ReadonlySet<string>
}

const MAX_AGE_MS = 5_000
const SAMPLE = 300
const KEYS_MAX = 12

export function facetKeys(options: {
  readonly pool: Pool
  readonly calls: ElasticsearchCalls
  readonly itemsAlias: string
  now(): number
}): (signal: AbortSignal) => Promise<FacetKeys> {
  const { pool, calls, itemsAlias, now } = options
  const limits = { ...BEFORE_SEARCH, maxAgeMs: MAX_AGE_MS, now }
  const bounded = () => AbortSignal.timeout(LOAD_LIMIT_MS)
  const stored = refreshed({ ...limits, load: async () => keysOf(await readFacetKeys(pool, bounded())) })
  const sampled = refreshed({ ...limits, load: () => sampleKeys(calls, itemsAlias, bounded()) })
  return async (signal) => {
    const known = await stored(signal)
    if (known.cause !== undefined && !isPostgresAway(known.cause)) throw known.cause
    return known.value ?? (await sampled(signal)).value ?? keysOf([])
  }
}

/** @param rows in the order to show them */
export function keysOf(rows: readonly FacetKeyRow[]): FacetKeys {
  const byCategory = Map.groupBy(rows, (row) => row.category_id)
  const keys = (id: string | null) => byCategory.get(id)?.map((row) => row.attr)
  return {
    of(category, tree) {
      // A category without keys of its own, such as a new one, shows those of the nearest above it.
      for (let node = category; node; node = tree.byPath.get(node.parent_path ?? '') ?? null) {
        const own = keys(node.category_id)
        if (own) return own
      }
      return keys(null) ?? []
    },
    all: new Set(rows.map((row) => row.attr)),
  }
}

/** The keys that most documents of a sample have. */
async function sampleKeys(calls: ElasticsearchCalls, index: string, signal: AbortSignal): Promise<FacetKeys> {
  const reply = await calls.search('facet_keys', index, { size: SAMPLE, _source: ['attrs'] }, signal)
  const counts = new Map<string, number>()
  for (const hit of reply.hits.hits) {
    for (const key of Object.keys((hit._source?.['attrs'] as object | undefined) ?? {})) {
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  const ranked = [...counts].sort((a, b) => b[1] - a[1]).slice(0, KEYS_MAX)
  return keysOf(ranked.map(([attr]) => ({ category_id: null, attr })))
}
