/**
 * Words of the catalogue that Postgres, the index and the answers share.
 */

/** What search shows of a stock count. Changed only when an item crosses a threshold. */
export type Availability = 'in_stock' | 'low' | 'out_of_stock'

/** Every availability, in the order a shopper wants them. */
export const AVAILABILITIES: readonly Availability[] = ['in_stock', 'low', 'out_of_stock']

/** `active` items are searchable; `hidden` ones stay in Postgres only. */
export type ItemStatus = 'active' | 'hidden'

/** One attribute value of an item: text, number, yes/no, or a list of texts. */
export type AttributeValue = string | number | boolean | readonly string[]

/** Attributes by key. A key is lower-case snake_case without dots. */
export type Attributes = Readonly<Record<string, AttributeValue>>

/** Between the names of a category path in a document. A category name cannot contain it (CHECK in Postgres). */
export const CATEGORY_SEPARATOR = ' > '
