/** What every part of search works with. Made once, by `createSearch`. */
import type { Pool } from 'pg'
import type { LogPosition } from '../cache/log-position.ts'
import type { Names } from '../catalog/names.ts'
import type { Factors, OutOfStock } from '../elasticsearch/query/body.ts'
import type { ElasticsearchReader } from '../elasticsearch/reader.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Breaker } from './breaker.ts'
import type { CategoryTree } from './category-tree.ts'
import type { ElasticsearchCalls } from './elasticsearch-calls.ts'
import type { FacetKeys } from './facet-keys.ts'

/** Time that an answer waits for the index before Postgres is asked, ms. Below the deadlines of the routes. */
export type Patience = { readonly searchMs: number; readonly suggestMs: number }

export type SearchOptions = {
  readonly reader: ElasticsearchReader
  readonly pool: Pool
  /** Of its own, so that a degraded search cannot starve what else reads Postgres. */
  readonly degradedPool: Pool
  readonly names: Names
  readonly metrics: Metrics
  /** How long an answer waits for the index before Postgres is asked; null: it never is. */
  readonly patience: Patience | null
  /** Signs cursors; at least 32 characters, the same in every api process. */
  readonly cursorSecret: string
  /** How numbers are written, such as `en-GB`. */
  readonly locale: string
  /** ISO 4217, the currency of the catalogue. */
  readonly currency: string
  /** Facets of every category, in order. */
  readonly facets: readonly string[]
  readonly outOfStock: OutOfStock
  /** Ranking factors; without them scores are those of the words alone. */
  readonly factors?: Factors
  /** Whether an item may have been removed since; absent: always. */
  readonly mayBeRemoved?: (since: LogPosition | null, itemId: string) => boolean
  /** Monotonic clock, ms. */
  now(): number
  /** A new UUIDv7 for each search. */
  makeId(): string
}

/** Options with what is built on them. */
export type Shop = SearchOptions & {
  readonly calls: ElasticsearchCalls
  /** Of live reads of items: behind it the document serves at once. */
  readonly live: Breaker
  tree(signal: AbortSignal): Promise<CategoryTree>
  keys(signal: AbortSignal): Promise<FacetKeys>
  /** Index behind the items alias, or null. */
  itemsGeneration(signal: AbortSignal): Promise<string | null>
  suggestionsGeneration(signal: AbortSignal): Promise<string | null>
}
