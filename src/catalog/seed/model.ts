/** A product model of the synthetic shop, of which items are the variants. */
import type { Attributes } from '../item.ts'
import type { Department, LeafText } from './shop.ts'

/** What the variants of one model share. */
export type Model = {
  readonly number: number
  readonly department: Department
  readonly group: string
  readonly leaf: LeafText
  readonly brand: string
  readonly line: string
  /** Such as `KP-4821`. */
  readonly code: string
  readonly attrs: Attributes
  readonly features: readonly string[]
  /** Of the first variant, major units. */
  readonly price: number
  readonly popularity: number
}
