/**
 * One rebuild of the suggestion index: read the catalogue from the items index, count what every text would find,
 * write a new index, move the alias in one step. A rebuild that ends in the middle leaves an
 * index without alias, which the next one removes.
 */
import type { estypes } from '@elastic/elasticsearch'
import {
  SUGGESTION_PROPERTIES,
  SUGGESTION_SETTINGS,
  type SuggestionDocument,
} from '../../../mappings/suggestions.ts'
import type { LogPosition } from '../../cache/log-position.ts'
import { indexName } from '../../catalog/names.ts'
import type { Client } from '../../elasticsearch/client.ts'
import { statusOf } from '../../elasticsearch/client.ts'
import type { CategoryTree } from '../category-tree.ts'
import { type Counted, suggestionDocuments } from './candidates.ts'
import { type CatalogueReader, catalogueReader } from './catalogue.ts'
import { countSequences, frequentSequences, type SequenceCounts } from './sequences.ts'

/** What a suggestion index was made from; kept in its `_meta`. */
export type SuggestionsMeta = {
  /** Items index that was read. */
  readonly source: string
  /** Documents it had. */
  readonly items: number
  /** ms since 1970. */
  readonly built_at: number
  /** Where the invalidation log stood before the items were read; null: not known. */
  readonly log: LogPosition | null
}

export type RebuildOptions = {
  readonly client: Client
  readonly alias: string
  readonly source: string
  readonly tree: CategoryTree
  /** ms since 1970. */
  readonly builtAt: number
  /** Read before this call. */
  readonly log: LogPosition | null
  readonly signal: AbortSignal
}

const PRODUCTS_MAX = 3_000
const COUNT_BATCH = 100
const WRITE_BATCH = 2_000
const REQUEST_TIMEOUT_MS = 30_000

export type Rebuilt = {
  /** Suggestions in the new index. */
  readonly documents: number
  /** Indices that were behind the alias; searches that began before the swap may still read them. */
  readonly replaced: readonly string[]
}

/** @throws errors of the client, the signal's reason */
export async function rebuildSuggestions(options: RebuildOptions): Promise<Rebuilt> {
  const { client, alias, source, tree, builtAt, log, signal } = options
  const reader = catalogueReader(client, source, signal)
  const [items, old] = await Promise.all([reader.items(), indicesOf(client, alias, signal)])
  await dropIndices(client, old.abandoned, signal)
  const documents = await readDocuments(reader, tree)
  const meta: SuggestionsMeta = { source, items, built_at: builtAt, log }
  const index = indexName(alias, old.next)
  await writeIndex(client, index, meta, documents, signal)
  const actions: estypes.IndicesUpdateAliasesAction[] = [
    ...old.live.map((name) => ({ remove: { index: name, alias } })),
    { add: { index, alias } },
  ]
  await client.indices.updateAliases({ actions }, { signal, requestTimeout: REQUEST_TIMEOUT_MS })
  return { documents: documents.length, replaced: old.live }
}

/** What the index behind the alias was made from, or null when there is none. */
export async function builtFrom(
  client: Client,
  alias: string,
  signal: AbortSignal,
): Promise<SuggestionsMeta | null> {
  try {
    const found = await client.indices.getMapping({ index: alias }, { signal })
    const newest = Object.keys(found).sort().at(-1) ?? ''
    return (found[newest]?.mappings._meta as SuggestionsMeta | undefined) ?? null
  } catch (thrown) {
    if (statusOf(thrown) === 404) return null
    throw thrown
  }
}

async function readDocuments(reader: CatalogueReader, tree: CategoryTree): Promise<SuggestionDocument[]> {
  const counts: SequenceCounts = new Map()
  for await (const batch of reader.names()) {
    for (const { name } of batch) countSequences(counts, name)
  }
  const [brands, products] = await Promise.all([reader.brands(), reader.popular(PRODUCTS_MAX)])
  return suggestionDocuments({
    tree,
    products,
    queries: await counted(frequentSequences(counts), (texts) => reader.countWords(texts)),
    brands: await counted(brands, (texts) => reader.countBrands(texts)),
  })
}

/** In small batches, so that searches of shoppers get their turn. */
async function counted(texts: readonly string[], count: CatalogueReader['countWords']): Promise<Counted> {
  const result: [string, Awaited<ReturnType<typeof count>>[number]][] = []
  for (let at = 0; at < texts.length; at += COUNT_BATCH) {
    const batch = texts.slice(at, at + COUNT_BATCH)
    const counts = await count(batch)
    for (const [i, text] of batch.entries()) {
      const found = counts[i]
      if (found) result.push([text, found])
    }
  }
  return result
}

async function writeIndex(
  client: Client,
  index: string,
  meta: SuggestionsMeta,
  documents: readonly SuggestionDocument[],
  signal: AbortSignal,
): Promise<void> {
  const options = { signal, requestTimeout: REQUEST_TIMEOUT_MS }
  const body = {
    index,
    settings: SUGGESTION_SETTINGS,
    mappings: { dynamic: 'strict', properties: SUGGESTION_PROPERTIES, _meta: meta },
  }
  await client.indices.create(body as unknown as estypes.IndicesCreateRequest, options)
  for (let at = 0; at < documents.length; at += WRITE_BATCH) {
    const operations = documents.slice(at, at + WRITE_BATCH).flatMap((document) => [{ index: {} }, document])
    const reply = await client.bulk({ index, operations }, options)
    if (reply.errors) throw new Error('the suggestion index refused a document')
  }
  await client.indices.refresh({ index }, options)
}

/** Indices of an alias by name: those behind it, those that no alias names, and the next free number. */
async function indicesOf(client: Client, alias: string, signal: AbortSignal) {
  const found = await client.indices.getAlias(
    { index: `${alias}-v*`, allow_no_indices: true },
    { signal, requestTimeout: REQUEST_TIMEOUT_MS },
  )
  const names = Object.keys(found).sort()
  const live = names.filter((name) => alias in (found[name]?.aliases ?? {}))
  const last = Number(names.at(-1)?.slice(`${alias}-v`.length) ?? 0)
  return { live, abandoned: names.filter((name) => !live.includes(name)), next: last + 1 }
}

/** Remove indices; one that is gone is no fault. */
export async function dropIndices(
  client: Client,
  names: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (names.length === 0) return
  await client.indices.delete(
    { index: [...names], ignore_unavailable: true },
    { signal, requestTimeout: REQUEST_TIMEOUT_MS },
  )
}
