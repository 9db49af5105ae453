/**
 * One row of a file on its way into the catalogue: a record as read, a candidate as a field mapping made it
 * (nothing checked), and the item that was checked.
 */
import type { Attributes, Availability, ItemStatus } from '../item.ts'

/** A parsed line: an object of a JSONL file, or columns of a CSV file by name. */
export type FileRecord = Readonly<Record<string, unknown>>

/** Fields of an item, by name, unchecked. Absent, null and empty text mean the same. */
export type Candidate = { readonly [N in ItemField]?: unknown }

/** What a row may say about an item: the columns of `items` and of the two small tables beside it. */
export const ITEM_FIELDS = [
  'sku',
  'name',
  'brand',
  'model',
  'description',
  'category',
  'price_minor',
  'currency',
  'attrs',
  'gtin',
  'codes',
  'image_url',
  'status',
  'created_at',
  'availability',
  'popularity',
] as const

export type ItemField = (typeof ITEM_FIELDS)[number]

/** A checked item. null: the file does not say; Postgres keeps what it has, or takes its default. */
export type ImportItem = {
  readonly sku: string
  readonly name: string
  readonly brand: string | null
  readonly model: string | null
  readonly description: string | null
  /** Names from the root, at least one. */
  readonly category: readonly string[]
  /** Minor units of the configured currency; null: no price. */
  readonly price_minor: number | null
  readonly attrs: Attributes
  readonly gtin: readonly string[]
  readonly codes: readonly string[]
  readonly image_url: string | null
  readonly status: ItemStatus | null
  /** ISO 8601, UTC. */
  readonly created_at: string | null
  readonly availability: Availability | null
  /** 0..1 */
  readonly popularity: number | null
}

/** Why a row is refused: the field and what was expected of it. Never holds the value. */
export type Fault = { readonly field: string; readonly reason: string }

/** How one kind of file becomes items. */
export type FieldMapping = {
  readonly name: string
  /** Currency of every price in the file; null: rows may name it. */
  readonly currency: string | null
  /** Fields of the record that are used; others are reported once as not used. null: all. */
  readonly uses: ReadonlySet<string> | null
  /** Pure; takes any record, never throws. */
  readonly toCandidate: (record: FileRecord) => Candidate
}
