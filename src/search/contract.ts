/**
 * What search promises to http: plain requests in, plain answers out. http checks form (types, lengths,
 * ranges) before it calls; search checks meaning (does the category, facet, cursor exist) and answers with
 * `SearchRefusal`.
 */
import type {
  CategoriesAnswer,
  CategoryAnswer,
  FacetAnswer,
  ItemAnswer,
  SearchAnswer,
  SuggestAnswer,
} from '../catalog/answers.ts'

export const SORTS = ['relevance', 'price_asc', 'price_desc', 'newest', 'name', 'popular'] as const
export type Sort = (typeof SORTS)[number]

/** Bounds of a price filter in minor units, both inclusive; null: open. */
export type PriceRange = { readonly min: number | null; readonly max: number | null }

export type SearchQuery = {
  /** As typed; cleaned inside (search design 4). */
  readonly q: string
  /** Slug path, or null for the whole catalogue. */
  readonly category: string | null
  /** Facet name to chosen values; OR inside a facet, AND between facets. */
  readonly filters: ReadonlyMap<string, readonly string[]>
  readonly price: PriceRange | null
  readonly sort: Sort
  /** From 1. */
  readonly page: number
  /** 1..100. */
  readonly size: number
  /** Facets to count; null: the known ones; empty: none. */
  readonly facets: readonly string[] | null
  /** Opaque text of an earlier answer to the same query. */
  readonly cursor: string | null
  /** Take the words as typed: no correction, no loosening. */
  readonly exact: boolean
}

export type SuggestQuery = { readonly q: string; readonly scope: string | null; readonly size: number }

export type FacetQuery = Omit<SearchQuery, 'sort' | 'page' | 'size' | 'facets' | 'cursor' | 'exact'> & {
  readonly name: string
  /** Only values that contain this text, whatever the case. */
  readonly contains: string
}

/** Why search will not answer; http maps each word to one problem. */
export type RefusalReason =
  | 'unknown-category'
  | 'unknown-facet'
  | 'bad-cursor'
  | 'page-too-deep'
  | 'query-too-long'

/** A request that is well formed but cannot be answered. `field` is the parameter, `detail` says what to do. */
export class SearchRefusal extends Error {
  readonly reason: RefusalReason
  readonly field: string
  constructor(reason: RefusalReason, field: string, detail: string) {
    super(detail)
    this.name = 'SearchRefusal'
    this.reason = reason
    this.field = field
  }
}

/** Suggestions, and what they depend on beside what they show, which is not told. */
export type Suggested = SuggestAnswer & {
  /** Ids of products that were left out because search does not show them. */
  readonly leftOut?: readonly string[]
}

/** Every method stops its work when `signal` aborts, and throws the signal's reason. */
export type CatalogSearch = {
  search(query: SearchQuery, signal: AbortSignal): Promise<SearchAnswer>
  suggest(query: SuggestQuery, signal: AbortSignal): Promise<Suggested>
  categories(signal: AbortSignal): Promise<CategoriesAnswer>
  category(path: string, signal: AbortSignal): Promise<CategoryAnswer>
  facet(query: FacetQuery, signal: AbortSignal): Promise<FacetAnswer>
  /** null: no such active item. */
  item(itemId: string, signal: AbortSignal): Promise<ItemAnswer | null>
}
