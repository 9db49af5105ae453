/**
 * A small catalogue in memory that keeps the contract of search, for tests of the edge. It refuses what search
 * refuses and finds names that contain the query; ranking and analysis are proven against the real server.
 */
import type {
  CategoryRef,
  Facet,
  Hit,
  ItemAnswer,
  SearchAnswer,
  Suggestion,
} from '../../src/catalog/answers.ts'
import {
  type CatalogSearch,
  type FacetQuery,
  type SearchQuery,
  SearchRefusal,
} from '../../src/search/contract.ts'

export const DRIVES: CategoryRef = {
  category_id: '2',
  name: 'Hard Drives',
  path: 'storage/hard-drives',
  names: ['Storage', 'Hard Drives'],
}
const STORAGE: CategoryRef = { category_id: '1', name: 'Storage', path: 'storage', names: ['Storage'] }
const GENERATION = 'memory-items-v000001'

export function hit(overrides: Partial<Hit> = {}): Hit {
  return {
    item_id: '1',
    sku: 'WD10EZEX',
    name: 'Blue desktop drive 1 TB',
    brand: 'Western Digital',
    category: DRIVES,
    price: 4_990,
    currency: 'EUR',
    availability: 'in_stock',
    image: null,
    highlight: null,
    ...overrides,
  }
}

/** @param hits the whole catalogue; every item lies in `storage/hard-drives` */
export function memorySearch(hits: readonly Hit[] = [hit()]): CatalogSearch {
  const node = { ...DRIVES, parent_path: 'storage', items: hits.length, children: [] }
  const shared = { degraded: [], took_ms: 1 }
  return {
    search: (query) => Promise.try(() => answerOf(query, hits)),
    suggest: ({ q }) =>
      Promise.resolve({
        suggestions: q === '' ? [] : hits.map(productSuggestion),
        index_generation: GENERATION,
        ...shared,
      }),
    categories: () =>
      Promise.resolve({
        categories: [{ ...STORAGE, parent_path: null, items: hits.length, children: [DRIVES] }],
        ...shared,
      }),
    category: (path) =>
      Promise.try(() => {
        checkCategory(path)
        const facets = [{ name: 'brand', label: 'Brand' }]
        return { category: node, ancestors: [STORAGE], facets, ...shared }
      }),
    facet: (query) =>
      Promise.try(() => {
        checkMeaning(query)
        checkFacet(query.name, 'name')
        return { facet: brandFacet(hits, query), index_generation: GENERATION, ...shared }
      }),
    item: (id) => Promise.resolve(itemOf(hits.find(({ item_id }) => item_id === id))),
  }
}

function productSuggestion({ name, item_id }: Hit): Suggestion {
  return { kind: 'product', text: name, scope: null, ref: item_id }
}

function answerOf(query: SearchQuery, hits: readonly Hit[]): SearchAnswer {
  checkMeaning(query)
  for (const name of query.facets ?? []) checkFacet(name, 'facets')
  if (query.page * query.size > 10_000) throw new SearchRefusal('page-too-deep', 'page', 'use cursor instead')
  if (query.cursor !== null) throw new SearchRefusal('bad-cursor', 'cursor', 'is not of this query')
  const matches = hits.filter((candidate) => candidate.name.toLowerCase().includes(query.q.toLowerCase()))
  const brands = query.filters.get('brand')
  const found = matches.filter(({ brand }) => brands === undefined || brands.includes(brand ?? ''))
  const start = (query.page - 1) * query.size
  return {
    total: { value: found.length, relation: 'eq' },
    hits: (found.length === 0 ? hits : found).slice(start, start + query.size),
    facets: query.page === 1 ? [brandFacet(matches, query)] : [],
    cursor: null,
    step: query.q === '' ? 'browse' : found.length === 0 ? 'popular' : 'all_words',
    query_asked: query.q,
    query_used: query.q,
    did_you_mean: null,
    zero_result: found.length === 0,
    truncated: false,
    partial: false,
    search_id: '01900000-0000-7000-8000-000000000000',
    degraded: [],
    index_generation: GENERATION,
    took_ms: 1,
  }
}

function brandFacet(hits: readonly Hit[], { filters }: Pick<FacetQuery, 'filters'>): Facet {
  const brands = [...new Set(hits.flatMap(({ brand }) => (brand === null ? [] : [brand])))]
  const values = brands.map((value) => ({
    value,
    label: value,
    count: hits.filter(({ brand }) => brand === value).length,
    selected: filters.get('brand')?.includes(value) ?? false,
  }))
  return { name: 'brand', label: 'Brand', kind: 'terms', values }
}

function itemOf(found: Hit | undefined): ItemAnswer | null {
  if (found === undefined) return null
  const { highlight: _, ...item } = found
  return {
    ...item,
    model: 'WD10EZEX',
    description: 'A drive.\n\nIt turns.',
    attrs: { capacity_gb: 1_000, colors: ['blue', 'black'], external: false },
    gtin: ['0718037779911'],
    codes: ['WD10EZEX'],
    created_at: '2025-01-02T03:04:05.000Z',
    updated_at: null,
    degraded: [],
    took_ms: 1,
  }
}

function checkMeaning(query: FacetQuery | SearchQuery): void {
  if (query.category !== null) checkCategory(query.category)
  for (const name of query.filters.keys()) checkFacet(name, `f.${name}`)
  if (query.q.length > 200) throw new SearchRefusal('query-too-long', 'q', 'has more than 200 characters')
}

function checkFacet(name: string, field: string): void {
  if (name !== 'brand')
    throw new SearchRefusal('unknown-facet', field, `no facet ${name.slice(0, 40)}; known: brand`)
}

function checkCategory(path: string): void {
  if (path !== DRIVES.path && path !== STORAGE.path) {
    throw new SearchRefusal('unknown-category', 'category', 'is not a category')
  }
}
