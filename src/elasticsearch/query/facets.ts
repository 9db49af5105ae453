/**
 * Facets as clauses and aggregations (search design 7). Values inside a facet are OR, facets among each other
 * AND; the counts of a facet leave its own choice out, so that a shopper sees what another value would bring.
 * The choice itself is applied after the aggregations, as `post_filter`.
 */
import type { estypes } from '@elastic/elasticsearch'
import type { Clause } from './clause.ts'

type Aggregation = estypes.AggregationsAggregationContainer

/** Bounds in minor units, both inclusive; null: open. */
export type Bounds = { readonly min: number | null; readonly max: number | null }

/** What a facet looks at and what is chosen of it. */
export type FacetChoice =
  | {
      readonly kind: 'terms'
      readonly name: string
      readonly field: string
      /** Most values counted. */
      readonly size: number
      readonly chosen: readonly string[]
      /** Count only values that contain this text; empty: all. */
      readonly contains: string
    }
  | {
      readonly kind: 'category'
      readonly name: string
      /** Categories whose items are counted. */
      readonly ids: readonly number[]
      readonly chosen: readonly number[]
    }
  | {
      readonly kind: 'range'
      readonly name: string
      readonly field: string
      /** Where intervals meet, ascending, minor units. */
      readonly grid: readonly number[]
      readonly chosen: readonly Bounds[]
    }

/** Name of the aggregation that counts hits before any choice. */
export const BEFORE_CHOICE = 'before_choice'
const REST = 'rest'
const VALUES = 'values'
const CHOSEN = 'chosen'
const WITHOUT = 'without'

/** The clause of what is chosen, or null. */
export function choiceClause(facet: FacetChoice): Clause | null {
  if (facet.chosen.length === 0) return null
  switch (facet.kind) {
    case 'terms':
      return { terms: { [facet.field]: [...facet.chosen] } }
    case 'category':
      return { terms: { cat_ids: [...facet.chosen] } }
    case 'range':
      return {
        bool: {
          minimum_should_match: 1,
          should: facet.chosen.map((bounds) => ({ range: { [facet.field]: rangeOf(bounds) } })),
        },
      }
    default:
      throw new Error(`facet kind not handled: ${JSON.stringify(facet satisfies never)}`)
  }
}

/**
 * Aggregations of one search: a filter for each counted facet with a choice, one for all the rest.
 * @param counted facets to count
 * @param all every facet with a choice, counted or not
 */
export function facetAggregations(
  counted: readonly FacetChoice[],
  all: readonly FacetChoice[],
): Record<string, Aggregation> {
  const clausesWithout = (name: string | null) =>
    all.filter((facet) => facet.name !== name).flatMap((facet) => choiceClause(facet) ?? [])
  const rest = counted.filter((facet) => facet.chosen.length === 0)
  const restAggs = Object.assign({}, ...rest.map(countsOf)) as Record<string, Aggregation>
  const everyClause = clausesWithout(null)
  return {
    ...(everyClause.length === 0
      ? restAggs
      : { ...(rest.length > 0 ? { [REST]: filtered(everyClause, restAggs) } : {}) }),
    ...(everyClause.length === 0 ? {} : { [BEFORE_CHOICE]: { filter: { match_all: {} } } }),
    ...Object.fromEntries(
      counted
        .filter((facet) => facet.chosen.length > 0)
        .map((facet) => [`${WITHOUT}:${facet.name}`, filtered(clausesWithout(facet.name), countsOf(facet))]),
    ),
  }
}

/** Buckets of one facet in the answer: key to count, in the order of the server. */
export type FacetBuckets = {
  readonly values: ReadonlyMap<string, number>
  readonly chosen: ReadonlyMap<string, number>
}

/** Where `facetAggregations` has put the counts of one facet. */
export function facetBuckets(aggregations: unknown, facet: FacetChoice): FacetBuckets {
  const root = asRecord(aggregations)
  const values = `${VALUES}:${facet.name}`
  const place = [root[`${WITHOUT}:${facet.name}`], root[REST], root]
    .map(asRecord)
    .find((candidate) => values in candidate)
  return { values: bucketsOf(place?.[values]), chosen: bucketsOf(place?.[`${CHOSEN}:${facet.name}`]) }
}

/** Hits before any choice, or null when nothing is chosen. */
export function countBeforeChoice(aggregations: unknown): number | null {
  const count = asRecord(asRecord(aggregations)[BEFORE_CHOICE])['doc_count']
  return typeof count === 'number' ? count : null
}

/**
 * A regular expression of Lucene that finds values containing `text` in either case. Every other character is
 * escaped: none of them has a meaning.
 */
export function containsPattern(text: string): string {
  const letters = [...text].map((letter) => {
    const [lower, upper] = [letter.toLowerCase(), letter.toUpperCase()]
    const isCased = lower !== upper && [...lower].length === 1 && [...upper].length === 1
    return isCased ? `[${lower}${upper}]` : escaped(letter)
  })
  return `.*${letters.join('')}.*`
}

function countsOf(facet: FacetChoice): Record<string, Aggregation> {
  const values = `${VALUES}:${facet.name}`
  const chosen = `${CHOSEN}:${facet.name}`
  switch (facet.kind) {
    case 'terms': {
      const { field, size, contains } = facet
      const only = facet.chosen // outside the first `size` values it would be lost
      return {
        [values]: {
          terms: { field, size, ...(contains === '' ? {} : { include: containsPattern(contains) }) },
        },
        ...(only.length > 0 ? { [chosen]: { terms: { field, size: only.length, include: [...only] } } } : {}),
      }
    }
    case 'category': {
      const ids = [...new Set([...facet.ids, ...facet.chosen])]
      // An empty `include` would count every category.
      if (ids.length === 0) return { [values]: { filter: { match_none: {} } } }
      return { [values]: { terms: { field: 'cat_ids', size: ids.length, include: ids.map(String) } } }
    }
    case 'range':
      return {
        [values]: { range: { field: facet.field, ranges: intervals(facet.grid) } },
        ...(facet.chosen.length > 0
          ? { [chosen]: { range: { field: facet.field, ranges: facet.chosen.map(aggregationRange) } } }
          : {}),
      }
    default:
      throw new Error(`facet kind not handled: ${JSON.stringify(facet satisfies never)}`)
  }
}

function filtered(clauses: readonly Clause[], aggs: Record<string, Aggregation>): Aggregation {
  return { filter: { bool: { filter: [...clauses] } }, aggs }
}

type Intervals = estypes.AggregationsAggregationRange[]

/** There are as many grids as facets of ranges: one. */
const intervalsOfGrid = new WeakMap<readonly number[], Intervals>()

/** Half-open intervals of the server between the points of the grid; the key is the lower bound. */
function intervals(grid: readonly number[]): Intervals {
  const known = intervalsOfGrid.get(grid)
  if (known) return known
  const bounds = [null, ...grid, null]
  const made = bounds.slice(1).map((to, i) => {
    const from = bounds[i] ?? null
    return { key: String(from ?? 0), ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) }
  })
  intervalsOfGrid.set(grid, made)
  return made
}

/** The text of bounds, as the parameter writes them. */
export function boundsText({ min, max }: Bounds): string {
  return `${min ?? ''}-${max ?? ''}`
}

function aggregationRange(bounds: Bounds): estypes.AggregationsAggregationRange {
  return {
    key: boundsText(bounds),
    ...(bounds.min === null ? {} : { from: bounds.min }),
    ...(bounds.max === null ? {} : { to: bounds.max + 1 }), // `to` is exclusive, prices are integers
  }
}

function rangeOf({ min, max }: Bounds): estypes.QueryDslNumberRangeQuery {
  return { ...(min === null ? {} : { gte: min }), ...(max === null ? {} : { lte: max }) }
}

function escaped(letter: string): string {
  return /[\p{L}\p{N}\s]/u.test(letter) ? letter : `\\${letter}`
}

const NONE: ReadonlyMap<string, number> = new Map()

function bucketsOf(aggregation: unknown): ReadonlyMap<string, number> {
  const buckets = asRecord(aggregation)['buckets']
  const list: unknown[] = Array.isArray(buckets) ? buckets : []
  if (list.length === 0) return NONE
  const counts = new Map<string, number>()
  for (const bucket of list) {
    const { key, doc_count } = asRecord(bucket)
    counts.set(String(key), Number(doc_count))
  }
  return counts
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
