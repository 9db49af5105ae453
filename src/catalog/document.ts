/**
 * The shape of one item document in Elasticsearch, as `mappings/items.ts` writes it and search reads it.
 * Names are those of the mapping; every field is explained there beside the query that uses it.
 */
import type { Availability } from './item.ts'

/** Facet value of an attribute: text as shown. Numbers and yes/no are turned into text. */
export type FacetValue = string | readonly string[]

/** One item as search knows it. `price` is in minor units of `currency`; null: no price, cannot be sold. */
export type ItemDocument = {
  readonly item_id: number
  readonly sku: string
  readonly name: string
  readonly brand: string | null
  readonly brand_kw: string | null
  readonly model: string | null
  readonly description: string | null
  readonly category_text: readonly string[]
  readonly attrs_text: string
  readonly spell: readonly string[]
  readonly code: readonly string[]
  readonly gtin: readonly string[]
  /** Every ancestor as a path of names, root first: `["Storage","Storage > Hard Drives"]`. */
  readonly cat: readonly string[]
  /** The full path of names. */
  readonly cat_leaf: string
  /** Category ids, root first; the last is the item's own category. */
  readonly cat_ids: readonly number[]
  /** Every ancestor as a path of slugs, root first: `["storage","storage/hard-drives"]`. */
  readonly cat_slugs: readonly string[]
  readonly attrs: Readonly<Record<string, FacetValue>>
  readonly price: number | null
  readonly currency: string
  readonly availability: Availability
  /** Popularity, 0..1. */
  readonly pop: number
  /** ISO 8601, UTC. */
  readonly created_at: string
  readonly image: string | null
  /** 32-bit hash of the joined row, as Postgres computes it; what `indexer verify` compares. */
  readonly row_hash: number
}
