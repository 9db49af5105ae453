/**
 * Whole search bodies (search design 5.1, 5.5, 7, 8). Built as data, asserted as data; who runs them is
 * elsewhere. Every body has a time limit and a bounded count.
 */
import type { estypes } from '@elastic/elasticsearch'
import type { Clause } from './clause.ts'

type Body = estypes.SearchRequest
type SortKeys = estypes.SortCombinations[]

/** Orders that a shopper can choose; the same words as the `sort` parameter. */
export type Order = 'relevance' | 'price_asc' | 'price_desc' | 'newest' | 'name' | 'popular'

/** What search does with items that are out of stock. */
export type OutOfStock = 'show' | 'last' | 'hide'

/** Shares by which popularity and stock raise a score; 0 and 0 leave scores alone (search design 5.5). */
export type Factors = { readonly popularity: number; readonly stock: number }

/** Totals are exact up to here; also the deepest page. */
export const TOTAL_MAX = 10_000
const TIMEOUT = '300ms'
/**
 * Around a matched word in a highlight. Control characters: no cleaned text holds them, and with them an answer in Latin
 * letters stays a text of one byte a character, which is half to hold and quicker to parse.
 */
export const MARK = { open: '\u0001', close: '\u0002' } as const

const OUT_OF_STOCK: Clause = { term: { availability: 'out_of_stock' } }
/** Bury weight of the switch `last`. */
const LAST_WEIGHT = 0.5

/** Beyond every price (2^53 - 1 is the greatest): items without a price come last, in numbers that JSON keeps. */
const NO_PRICE_LAST = Number.MAX_SAFE_INTEGER

const HIT_SOURCE = [
  'item_id',
  'sku',
  'name',
  'brand',
  'cat_leaf',
  'cat_ids',
  'cat_slugs',
  'price',
  'currency',
  'availability',
  'image',
]

export type SearchParts = {
  /** null: browse. */
  readonly words: Clause | null
  /** Category and other conditions that facets count inside of. */
  readonly filter: readonly Clause[]
  /** Chosen facets, where nothing is counted. */
  readonly chosen: readonly Clause[]
  /** Counting: chosen facets go after the aggregations. */
  readonly aggregations: Record<string, estypes.AggregationsAggregationContainer>
  readonly order: Order
  readonly outOfStock: OutOfStock
  readonly factors: Factors
  readonly from: number
  readonly size: number
  /** Sort values of the last hit before. */
  readonly after: readonly estypes.FieldValue[] | null
  /** Words to correct. */
  readonly spell: string | null
  /** Words to mark in names. */
  readonly highlight: string | null
}

/** The body of one search. */
export function searchBody(parts: SearchParts): Body {
  const { aggregations } = parts
  const isCounting = Object.keys(aggregations).length > 0
  const filter = [...parts.filter, ...(isCounting ? [] : parts.chosen)]
  return {
    ...(parts.after ? { search_after: [...parts.after] } : { from: parts.from }),
    size: parts.size,
    track_total_hits: TOTAL_MAX,
    timeout: TIMEOUT,
    _source: HIT_SOURCE,
    query: rankedQuery(parts, filter),
    sort: sortKeys(parts),
    ...(isCounting ? { aggs: aggregations } : {}),
    ...(isCounting && parts.chosen.length > 0
      ? { post_filter: { bool: { filter: [...parts.chosen] } } }
      : {}),
    ...(parts.spell === null ? {} : { suggest: spellSuggest(parts.spell) }),
    ...(parts.highlight === null || parts.size === 0 ? {} : { highlight: nameHighlight(parts.highlight) }),
  }
}

/** Whether results are ordered by how well the words match. */
function isRanked({ words, order }: SearchParts): boolean {
  return words !== null && order === 'relevance'
}

/**
 * A ranked query is multiplied by its factors; in any other order the score is free, and says 1 for items that
 * can be bought, so that `last` holds on every sort. The factors stand in the query and not in a rescorer,
 * because a rescorer excludes sort and `search_after`: pages and cursors would disagree.
 */
function rankedQuery(parts: SearchParts, filter: readonly Clause[]): Clause {
  const hidden = parts.outOfStock === 'hide' ? { must_not: [OUT_OF_STOCK] } : {}
  const must = parts.words === null ? {} : { must: [parts.words] }
  if (isRanked(parts)) {
    return withFactors({ bool: { ...must, filter: [...filter], ...hidden } }, parts.factors, parts.outOfStock)
  }
  const conditions = [...(parts.words === null ? [] : [parts.words]), ...filter]
  const buyable: Clause = { bool: { must_not: [OUT_OF_STOCK] } }
  const first = parts.outOfStock === 'last' ? { should: [{ constant_score: { filter: buyable } }] } : {}
  // Without any condition the `should` alone would decide what matches.
  return {
    bool: { filter: conditions.length > 0 ? conditions : [{ match_all: {} }], ...hidden, ...first },
  }
}

function withFactors(query: Clause, { popularity, stock }: Factors, outOfStock: OutOfStock): Clause {
  const functions: estypes.QueryDslFunctionScoreContainer[] = [
    { filter: { match_all: {} }, weight: 1 },
    { field_value_factor: { field: 'pop', missing: 0 }, weight: popularity },
    { filter: { term: { availability: 'in_stock' } }, weight: stock },
  ]
  const isNeutral = popularity === 0 && stock === 0
  const raised = isNeutral ? query : multiplied(query, functions)
  return outOfStock === 'last' ? multiplied(raised, [{ filter: OUT_OF_STOCK, weight: LAST_WEIGHT }]) : raised
}

function multiplied(query: Clause, functions: estypes.QueryDslFunctionScoreContainer[]): Clause {
  return { function_score: { query, functions, score_mode: 'sum', boost_mode: 'multiply' } }
}

/** Every order ends with the id, so that it is total and a cursor meets each item once. */
function sortKeys(parts: SearchParts): SortKeys {
  const last: SortKeys = [{ item_id: 'asc' }]
  if (isRanked(parts)) return [{ _score: { order: 'desc' } }, ...last]
  const stock: SortKeys = parts.outOfStock === 'last' ? [{ _score: { order: 'desc' } }] : []
  return [...stock, ...fieldSort(parts.order), ...last]
}

function fieldSort(order: Order): SortKeys {
  switch (order) {
    case 'price_asc':
      return [{ price: { order: 'asc', missing: NO_PRICE_LAST } }]
    case 'price_desc':
      return [{ price: { order: 'desc', missing: -1 } }]
    case 'newest':
      return [{ created_at: { order: 'desc' } }]
    case 'name':
      return [{ 'name.kw': { order: 'asc' } }]
    case 'popular':
    case 'relevance':
      return [{ pop: { order: 'desc', missing: 0 } }]
    default:
      throw new Error(`order not handled: ${order satisfies never}`)
  }
}

/** `missing` costs nothing on known words; `prefix_length` 0 lifts first-letter typos from 0.20 to 0.77 nDCG. */
function spellSuggest(text: string): estypes.SearchSuggester {
  return {
    spell: {
      text,
      term: {
        field: 'spell',
        suggest_mode: 'missing',
        prefix_length: 0,
        min_word_length: 4,
        max_edits: 2,
        size: 10,
      },
    },
  }
}

function nameHighlight(query: string): estypes.SearchHighlight {
  return {
    pre_tags: [MARK.open],
    post_tags: [MARK.close],
    fields: { name: { number_of_fragments: 0, highlight_query: { match: { name: { query } } } } },
  }
}
