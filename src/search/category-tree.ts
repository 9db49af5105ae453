/**
 * The category tree in the process: from Postgres, at most `MAX_AGE_MS` old, counted by the index. Without
 * Postgres the last known tree serves, and a process that never saw one reads it from the documents.
 */
import type { Pool } from 'pg'
import type { CategoryNode, CategoryRef } from '../catalog/answers.ts'
import { CATEGORY_SEPARATOR } from '../catalog/item.ts'
import { isPostgresAway } from '../postgres/cancellable.ts'
import { type CategoryRow, readCategories } from '../postgres/category-tree.ts'
import { SearchRefusal } from './contract.ts'
import type { ElasticsearchCalls } from './elasticsearch-calls.ts'
import { BEFORE_SEARCH, LOAD_LIMIT_MS, refreshed } from './refreshed.ts'
import { SearchUnavailable } from './unavailable.ts'

export type CategoryTree = {
  /** A parent before its children. */
  readonly nodes: readonly CategoryNode[]
  readonly byPath: ReadonlyMap<string, CategoryNode>
  readonly byId: ReadonlyMap<string, CategoryNode>
  /** Servers the tree had to do without. */
  readonly degraded: readonly string[]
}

export type TreeOptions = {
  readonly pool: Pool
  readonly calls: ElasticsearchCalls
  readonly itemsAlias: string
  now(): number
}

/** A tree older than this is read again, ms. */
const MAX_AGE_MS = 2_000
const CATEGORIES_MAX = 10_000

/** @returns a function that gives the tree, throwing the signal's reason or SearchUnavailable */
export function categoryTree(options: TreeOptions): (signal: AbortSignal) => Promise<CategoryTree> {
  const { pool, calls, itemsAlias, now } = options
  const limits = { ...BEFORE_SEARCH, maxAgeMs: MAX_AGE_MS, now }
  const bounded = () => AbortSignal.timeout(LOAD_LIMIT_MS)
  const rows = refreshed({ ...limits, load: () => readCategories(pool, bounded()) })
  const counts = refreshed({ ...limits, load: () => countByCategory(calls, itemsAlias, bounded()) })
  const fromDocuments = refreshed({ ...limits, load: () => rowsFromDocuments(calls, itemsAlias, bounded()) })
  let last: { rows: readonly CategoryRow[]; counts: unknown; tree: CategoryTree } | undefined

  return async (signal) => {
    const [known, counted] = await Promise.all([rows(signal), counts(signal)])
    if (known.cause !== undefined && !isPostgresAway(known.cause)) throw known.cause
    const usable = known.value ?? (await fromDocuments(signal)).value
    if (usable === undefined) throw known.cause ?? new SearchUnavailable('the category tree is not known')
    const degraded = [...(known.isLate ? ['postgres'] : []), ...(counted.isLate ? ['elasticsearch'] : [])]
    const isSame = last?.rows === usable && last.counts === counted.value
    if (!last || !isSame || last.tree.degraded.join() !== degraded.join()) {
      last = { rows: usable, counts: counted.value, tree: treeOf(usable, counted.value ?? null, degraded) }
    }
    return last.tree
  }
}

/**
 * @param path slugs joined by `/`
 * @param field parameter that named it
 * @throws SearchRefusal when there is none
 */
export function categoryAt(tree: CategoryTree, path: string, field: string): CategoryNode {
  const node = tree.byPath.get(path)
  if (node) return node
  throw new SearchRefusal('unknown-category', field, 'there is no category with this path')
}

/** A category of a row. */
export function refOf(row: CategoryRow): CategoryRef {
  return {
    category_id: row.category_id,
    name: row.path_names.at(-1) ?? '',
    path: row.path_slugs.join('/'),
    names: row.path_names,
  }
}

/** @param counts items by category id, or null when the index could not be asked */
export function treeOf(
  rows: readonly CategoryRow[],
  counts: ReadonlyMap<string, number> | null,
  degraded: readonly string[],
): CategoryTree {
  const children = Map.groupBy(rows, (row) => row.path_ids.at(-2) ?? '')
  const nodes = rows.map(
    (row): CategoryNode => ({
      ...refOf(row),
      parent_path: row.path_slugs.length > 1 ? row.path_slugs.slice(0, -1).join('/') : null,
      items: counts === null ? null : (counts.get(row.category_id) ?? 0),
      children: (children.get(row.category_id) ?? []).map(refOf),
    }),
  )
  return {
    nodes,
    byPath: new Map(nodes.map((node) => [node.path, node])),
    byId: new Map(nodes.map((node) => [node.category_id, node])),
    degraded,
  }
}

async function countByCategory(
  calls: ElasticsearchCalls,
  index: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const terms = { field: 'cat_ids', size: CATEGORIES_MAX }
  const reply = await calls.search('tree', index, { size: 0, aggs: { ids: { terms } } }, signal)
  const { buckets } = reply.aggregations?.['ids'] as { buckets: { key: number; doc_count: number }[] }
  return new Map(buckets.map((bucket) => [String(bucket.key), bucket.doc_count]))
}

type PathSource = { cat_ids: number[]; cat_leaf: string; cat_slugs: string[] }

/** Any document of a category tells the path to it. */
async function rowsFromDocuments(
  calls: ElasticsearchCalls,
  index: string,
  signal: AbortSignal,
): Promise<CategoryRow[]> {
  const one = { top_hits: { size: 1, _source: ['cat_ids', 'cat_leaf', 'cat_slugs'] } }
  const ids = { terms: { field: 'cat_ids', size: CATEGORIES_MAX }, aggs: { one } }
  const reply = await calls.search('tree', index, { size: 0, aggs: { ids } }, signal)
  const { buckets } = reply.aggregations?.['ids'] as {
    buckets: { key: number; one: { hits: { hits: { _source: PathSource }[] } } }[]
  }
  const rows = buckets.flatMap((bucket) => {
    const source = bucket.one.hits.hits[0]?._source
    if (!source) return []
    const depth = source.cat_ids.indexOf(bucket.key) + 1
    return {
      category_id: String(bucket.key),
      path_ids: source.cat_ids.slice(0, depth).map(String),
      path_names: source.cat_leaf.split(CATEGORY_SEPARATOR).slice(0, depth),
      path_slugs: source.cat_slugs[depth - 1]?.split('/') ?? [],
    }
  })
  return rows.sort((a, b) => (a.path_names.join('\n') < b.path_names.join('\n') ? -1 : 1))
}
