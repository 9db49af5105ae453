/** Search over a test's own database and indices, with the defaults of a request filled in. */
import { randomUUID } from 'node:crypto'
import { afterAll } from 'vitest'
import type { SearchAnswer } from '../../src/catalog/answers.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { type Client, createElasticsearch } from '../../src/elasticsearch/client.ts'
import { createReader, type ElasticsearchReader } from '../../src/elasticsearch/reader.ts'
import type { CatalogSearch, FacetQuery, SearchQuery } from '../../src/search/contract.ts'
import { createSearch } from '../../src/search/create-search.ts'
import type { SearchOptions } from '../../src/search/shop.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { TestDatabase } from './database.ts'

const DEADLINE_MS = 10_000
/** On a busy machine Elasticsearch cuts a search short after 300 ms and says so: a test wants the whole answer. */
const WHOLE_ATTEMPTS = 20

export type SearchFixture = {
  readonly search: CatalogSearch
  /** Search with what the test cares about; no facets unless asked for. */
  find(overrides: Partial<SearchQuery>): Promise<SearchAnswer>
  facet(overrides: Partial<FacetQuery> & { name: string }): ReturnType<CatalogSearch['facet']>
  /** Texts of the suggestions. */
  suggest(q: string, scope?: string): Promise<string[]>
}

/** A client of the run's Elasticsearch that ends with the file. */
export function useElasticsearch(url: string): Client {
  const client = createElasticsearch({ url, maxConnections: 8, requestTimeoutMs: DEADLINE_MS })
  afterAll(() => client.close())
  return client
}

/** A reader of an Elasticsearch, or of a proxy before it, that ends with the file. */
export function useReader(url: string): ElasticsearchReader {
  const reader = createReader({ url, maxConnections: 8, timeoutMs: DEADLINE_MS })
  afterAll(() => reader.close())
  return reader
}

export function searchOver(
  database: Pick<TestDatabase, 'namespace' | 'pool'>,
  reader: ElasticsearchReader,
  overrides: Partial<SearchOptions> = {},
): SearchFixture {
  const search = createSearch({
    reader,
    pool: database.pool,
    degradedPool: database.pool,
    patience: null,
    names: namesFor(database.namespace),
    metrics: createMetrics(['search_', 'suggest_', 'es_']),
    cursorSecret: 'cursors-of-a-test-are-signed-with-this',
    locale: 'en',
    currency: 'EUR',
    facets: ['category', 'brand', 'price', 'availability'],
    outOfStock: 'show',
    now: () => performance.now(),
    makeId: () => randomUUID(),
    ...overrides,
  })
  const nothing = { q: '', category: null, filters: new Map<string, string[]>(), price: null }
  const page = { sort: 'relevance', page: 1, size: 24, facets: [], cursor: null, exact: false } as const
  const signal = () => AbortSignal.timeout(DEADLINE_MS)
  return {
    search,
    async find(given) {
      for (let attempt = 1; ; attempt++) {
        const answer = await search.search({ ...nothing, ...page, ...given }, signal())
        if (!answer.partial || attempt === WHOLE_ATTEMPTS) return answer
      }
    },
    facet: (given) => search.facet({ ...nothing, contains: '', ...given }, signal()),
    async suggest(q, scope) {
      const { suggestions } = await search.suggest({ q, scope: scope ?? null, size: 8 }, signal())
      return suggestions.map((suggestion) => suggestion.text)
    },
  }
}

/** Every page of a walk by cursor, until it ends. @throws Error when it does not end */
export async function walk(
  find: SearchFixture['find'],
  query: Partial<SearchQuery>,
  pagesMax = 1_000,
): Promise<SearchAnswer[]> {
  const pages = [await find(query)]
  for (let cursor = pages[0]?.cursor ?? null; cursor !== null; cursor = pages.at(-1)?.cursor ?? null) {
    if (pages.length >= pagesMax) throw new Error(`the walk did not end after ${pagesMax} pages`)
    pages.push(await find({ ...query, cursor }))
  }
  return pages
}
