/**
 * Answers of the public API as data: what search makes, http sends and the pages show.
 * Prices are integer minor units beside their currency; ids of items and categories are text in JSON.
 */
import type { Attributes, Availability } from './item.ts'

/** A category where an answer names one. */
export type CategoryRef = {
  readonly category_id: string
  readonly name: string
  /** Slugs from the root, joined by `/`: what the `category` parameter takes. */
  readonly path: string
  /** Names from the root to this category. */
  readonly names: readonly string[]
}

/** A category with its place in the tree. */
export type CategoryNode = CategoryRef & {
  readonly parent_path: string | null
  /** Active items in it and below it, counted by the index; null when the index could not be asked. */
  readonly items: number | null
  readonly children: readonly CategoryRef[]
}

/** One item of a result list. */
export type Hit = {
  readonly item_id: string
  readonly sku: string
  readonly name: string
  readonly brand: string | null
  readonly category: CategoryRef
  readonly price: number | null
  readonly currency: string
  readonly availability: Availability
  readonly image: string | null
  /** The name as HTML, escaped, matched words in `<mark>`; null without a match. */
  readonly highlight: string | null
}

/** Where in the ladder the answer came from (search design 5.3); `browse`: no query was given. */
export type Step =
  | 'browse'
  | 'code'
  | 'all_words'
  | 'code_part'
  | 'prefix'
  | 'split'
  | 'joined'
  | 'corrected'
  | 'corrected_any_word'
  | 'any_word'
  | 'popular'

/** One value of a facet. `value` is what the parameter takes, `label` what a person reads. */
export type FacetCount = {
  readonly value: string
  readonly label: string
  readonly count: number
  readonly selected: boolean
}

/** One facet. `range` facets take `MIN-MAX`, in minor units, either side may be empty. */
export type Facet = {
  readonly name: string
  readonly label: string
  readonly kind: 'terms' | 'range' | 'category'
  readonly values: readonly FacetCount[]
}

export type Total = { readonly value: number; readonly relation: 'eq' | 'gte' }

export type SearchAnswer = {
  readonly total: Total
  readonly hits: readonly Hit[]
  readonly facets: readonly Facet[]
  /** Continues after the last hit; null at the end. */
  readonly cursor: string | null
  readonly step: Step
  readonly query_asked: string
  readonly query_used: string
  /** A correction that is offered and was not applied. */
  readonly did_you_mean: string | null
  /** Nothing matched; the hits are popular items instead. */
  readonly zero_result: boolean
  /** The query had more words than are read. */
  readonly truncated: boolean
  /** A time limit cut the search short: there may be more hits. */
  readonly partial: boolean
  readonly search_id: string
  /** Servers this answer had to do without; empty when all is well. */
  readonly degraded: readonly string[]
  /** Name of the index that answered. */
  readonly index_generation: string
  readonly took_ms: number
}

export type SuggestionKind = 'query' | 'category' | 'brand' | 'product'

export type Suggestion = {
  readonly kind: SuggestionKind
  readonly text: string
  /** Category in which to search for it, when most of its hits lie there. */
  readonly scope: CategoryRef | null
  /** Item id of a product, category path of a category; else null. */
  readonly ref: string | null
}

export type SuggestAnswer = {
  readonly suggestions: readonly Suggestion[]
  readonly degraded: readonly string[]
  readonly index_generation: string
  readonly took_ms: number
}

/** The item page. */
export type ItemAnswer = Omit<Hit, 'highlight'> & {
  readonly model: string | null
  readonly description: string | null
  readonly attrs: Attributes
  readonly gtin: readonly string[]
  readonly codes: readonly string[]
  readonly created_at: string
  readonly updated_at: string | null
  readonly degraded: readonly string[]
  readonly took_ms: number
}

export type CategoriesAnswer = {
  readonly categories: readonly CategoryNode[]
  readonly degraded: readonly string[]
  readonly took_ms: number
}

export type CategoryAnswer = {
  readonly category: CategoryNode
  /** Root first, without the category itself. */
  readonly ancestors: readonly CategoryRef[]
  /** Facets worth showing here, in order. */
  readonly facets: readonly { readonly name: string; readonly label: string }[]
  readonly degraded: readonly string[]
  readonly took_ms: number
}

export type FacetAnswer = {
  readonly facet: Facet
  readonly degraded: readonly string[]
  readonly index_generation: string
  readonly took_ms: number
}
