/**
 * Search from Postgres alone, while Elasticsearch is away (search design 14): exact code, all words, any word, typo,
 * in this order, with the shopper's category, filters and order kept. Worse than the ladder (0.685 nDCG@10 against
 * 0.811) and honest about it: `degraded` names the server that is missing. Facets are brand and category only.
 */
import type { Facet, SearchAnswer, Step } from '../catalog/answers.ts'
import { attributeLabel } from '../catalog/labels.ts'
import type { FacetChoice } from '../elasticsearch/query/facets.ts'
import { countFacets, type FacetRow } from '../postgres/degraded-facets.ts'
import type { RowFilter } from '../postgres/row-filter.ts'
import {
  browseItems,
  type FoundItem,
  findByAllWords,
  findByAnyWord,
  findByCode,
  findByTypo,
  type PageOfItems,
} from '../postgres/search.ts'
import { type CategoryTree, categoryAt } from './category-tree.ts'
import type { SearchQuery } from './contract.ts'
import { type FacetContext, planFacets } from './facet-plan.ts'
import { hitOfRow } from './hits.ts'
import { readWords } from './request.ts'
import type { Shop } from './shop.ts'
import { SearchUnavailable } from './unavailable.ts'

const ENOUGH = 5
/** The slowest step, up to 100 times dearer than the others: more at a time would starve them. */
const TYPOS_AT_ONCE = 4
/** Rows whose facets are counted. */
const COUNTED_ROWS = 1_000
const FACETS = ['category', 'brand']

export const DEGRADED = 'elasticsearch'

export type DegradedSearch = (query: SearchQuery, signal: AbortSignal) => Promise<SearchAnswer>

/** @returns search from Postgres; it throws SearchRefusal, the signal's reason, errors of pg */
export function degradedSearch(shop: Shop): DegradedSearch {
  let typos = 0
  const typo = async (text: string, page: PageOfItems): Promise<FoundItem[]> => {
    if (typos >= TYPOS_AT_ONCE) return []
    typos += 1
    try {
      return await findByTypo(shop.degradedPool, text, page)
    } catch (thrown) {
      if ((thrown as { code?: unknown }).code === QUERY_CANCELED) return [] // its own limit of 200 ms
      throw thrown
    } finally {
      typos -= 1
    }
  }

  return async (query, signal) => {
    const began = shop.now()
    if (query.cursor !== null) {
      throw new SearchUnavailable('a cursor goes on in the index only, and that is away')
    }
    const text = readWords(query.q)
    const [tree, keys] = await Promise.all([shop.tree(signal), shop.keys(signal)])
    const category = query.category === null ? null : categoryAt(tree, query.category, 'category')
    const context: FacetContext = { configured: shop.facets, keys, tree, category }
    const { chosen } = planFacets({ ...query, facets: query.facets ?? [] }, context)
    const page: PageOfItems = {
      categoryId: category?.category_id ?? null,
      offset: (query.page - 1) * query.size,
      limit: query.size,
      filters: chosen.map(rowFilter),
      order: query.sort,
    }
    const found = await firstEnough(shop, text.text, page, typo, signal)
    const wanted = query.facets ?? (query.page === 1 ? FACETS : [])
    const facets = await facetsOf(shop, found, page, wanted, context, chosen, signal)
    const isZero = found.step === 'popular'
    return {
      total: { value: isZero ? 0 : (found.rows[0]?.total ?? 0), relation: 'eq' },
      hits: found.rows.map(hitOfRow),
      facets,
      cursor: null,
      step: found.step,
      query_asked: text.text,
      query_used: text.text,
      did_you_mean: null,
      zero_result: isZero,
      truncated: text.truncated,
      partial: false,
      search_id: shop.makeId(),
      degraded: [...new Set([DEGRADED, ...tree.degraded])],
      index_generation: '',
      took_ms: Math.round(shop.now() - began),
    }
  }
}

type Again = (page: PageOfItems) => Promise<FoundItem[]>
type Found = { readonly step: Step; readonly rows: readonly FoundItem[]; readonly again: Again }

/** The strictest step with enough items; else the one with most. Nothing at all: what sells. */
async function firstEnough(
  shop: Shop,
  text: string,
  page: PageOfItems,
  typo: (text: string, page: PageOfItems) => Promise<FoundItem[]>,
  signal: AbortSignal,
): Promise<Found> {
  const pool = shop.degradedPool
  const browse: Again = (at) => browseItems(pool, at, signal)
  if (text === '') return { step: 'browse', rows: await browse(page), again: browse }
  const steps: readonly (readonly [Step, number, Again])[] = [
    ['code', 1, (at) => findByCode(pool, text, at, signal)],
    ['all_words', ENOUGH, (at) => findByAllWords(pool, text, at, signal)],
    ['any_word', 1, (at) => findByAnyWord(pool, text, at, signal)],
    ['corrected', 1, (at) => typo(text, at)],
  ]
  let best: Found | null = null
  for (const [step, enough, again] of steps) {
    const rows = await again(page)
    const total = rows[0]?.total ?? 0
    if (total >= enough) return { step, rows, again }
    if (total > (best?.rows[0]?.total ?? 0)) best = { step, rows, again }
  }
  return (
    best ?? { step: 'popular', rows: await browse({ ...page, filters: [], order: 'popular' }), again: browse }
  )
}

function rowFilter(choice: FacetChoice): RowFilter {
  switch (choice.kind) {
    case 'range':
      return { kind: 'price', ranges: choice.chosen }
    case 'category':
      return { kind: 'category', ids: choice.chosen.map(String) }
    case 'terms':
      if (choice.name === 'brand' || choice.name === 'availability') {
        return { kind: choice.name, values: choice.chosen }
      }
      return { kind: 'attribute', key: choice.name, values: choice.chosen }
    default:
      throw new Error(`facet kind not handled: ${JSON.stringify(choice satisfies never)}`)
  }
}

/** Each facet counts without its own choice, so that a shopper can add to it. */
async function facetsOf(
  shop: Shop,
  found: Found,
  page: PageOfItems,
  wanted: readonly string[],
  context: FacetContext,
  chosen: readonly FacetChoice[],
  signal: AbortSignal,
): Promise<Facet[]> {
  const shown = FACETS.filter((name) => wanted.includes(name))
  return await Promise.all(
    shown.map(async (name) => {
      const filters = chosen.filter((choice) => choice.name !== name).map(rowFilter)
      const rows = await found.again({ ...page, filters, offset: 0, limit: COUNTED_ROWS })
      const counts = await countFacets(
        shop.degradedPool,
        rows.map((row) => row.item_id),
        signal,
      )
      const own = counts.filter((row) => row.facet === name)
      return name === 'brand' ? brandFacet(own, chosen) : categoryFacet(own, context, chosen)
    }),
  )
}

const BRANDS_MAX = 50

function brandFacet(rows: readonly FacetRow[], chosen: readonly FacetChoice[]): Facet {
  const picked = chosen.flatMap((choice) =>
    choice.name === 'brand' && choice.kind === 'terms' ? choice.chosen : [],
  )
  const counted = rows.slice(0, BRANDS_MAX).map(({ value, n }) => ({
    value,
    label: value,
    count: n,
    selected: picked.includes(value),
  }))
  const missing = picked.filter((value) => !counted.some((row) => row.value === value))
  const zero = missing.map((value) => ({ value, label: value, count: 0, selected: true }))
  return { name: 'brand', label: attributeLabel('brand'), kind: 'terms', values: [...counted, ...zero] }
}

function categoryFacet(
  rows: readonly FacetRow[],
  { category, tree }: { category: FacetContext['category']; tree: CategoryTree },
  chosen: readonly FacetChoice[],
): Facet {
  const picked = new Set(
    chosen.flatMap((choice) => (choice.kind === 'category' ? choice.chosen.map(String) : [])),
  )
  const parent = category?.path ?? null
  const values = rows.flatMap(({ value, n }) => {
    const node = tree.byId.get(value)
    if (!node || node.parent_path !== parent) return []
    return [{ value: node.path, label: node.name, count: n, selected: picked.has(value) }]
  })
  return { name: 'category', label: attributeLabel('category'), kind: 'category', values }
}

const QUERY_CANCELED = '57014'
