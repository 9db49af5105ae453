/**
 * How the synthetic shop is written down. A department file lists its categories in a short notation, which is
 * read once: values joined by `|`, number ranges as `FROM..TO/STEP UNIT`.
 */

/** One category of products as written. */
export type LeafText = {
  /** Name of the category, plural. */
  readonly name: string
  /** What one product is called. */
  readonly noun: string
  /** Lowest and highest usual price, in major units. */
  readonly price: readonly [number, number]
  /** Attribute key to its values. */
  readonly attrs: Readonly<Record<string, string>>
  /** Attributes that stand in the name of a product. */
  readonly named?: readonly string[]
  /** The attribute in which the variants of one model differ. */
  readonly varies: string
  /** What a description may praise, each a piece of a sentence after "with". */
  readonly features: string
}

export type Group = { readonly name: string; readonly leaves: readonly LeafText[] }

export type Department = {
  readonly name: string
  /** Begins every sku of the department. */
  readonly code: string
  readonly brands: string
  /** Names of product lines. */
  readonly lines: string
  /** Closing sentences of descriptions. */
  readonly closings: string
  readonly groups: readonly Group[]
}

export const COLORS = 'Black|White|Grey|Silver|Navy|Red|Blue|Green|Beige'
export const FASHION_COLORS = 'Black|White|Navy|Charcoal|Olive|Burgundy|Sand|Sky Blue|Forest Green|Dusty Pink'

/** Values of a list joined by `|`. */
export function listOf(text: string): string[] {
  return text.split('|')
}

const RANGE = /^(-?[\d.]+)\.\.(-?[\d.]+)\/([\d.]+)(?: (.+))?$/

/**
 * Values that an attribute can have.
 * @param text `Oak|Walnut`, or `1.2..2.4/0.1 kg` for 1.2 kg, 1.3 kg, up to 2.4 kg
 */
export function valuesOf(text: string): string[] {
  const [, from, to, step, unit] = RANGE.exec(text) ?? []
  if (from === undefined || to === undefined || step === undefined) return listOf(text)
  const decimals = step.split('.')[1]?.length ?? 0
  const count = Math.round((Number(to) - Number(from)) / Number(step)) + 1
  return Array.from({ length: count }, (_, i) => {
    const value = (Number(from) + i * Number(step)).toFixed(decimals)
    return unit === undefined ? value : `${value} ${unit}`
  })
}
