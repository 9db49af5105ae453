/**
 * From counted buckets to the facets of an answer. A chosen value stays in the list, with 0 if need be: a shopper
 * must be able to take it back. Pure.
 */
import type { Facet, FacetCount } from '../catalog/answers.ts'
import { AVAILABILITIES } from '../catalog/item.ts'
import { attributeLabel } from '../catalog/labels.ts'
import {
  type Bounds,
  boundsText,
  type FacetBuckets,
  type FacetChoice,
  facetBuckets,
} from '../elasticsearch/query/facets.ts'
import type { CategoryTree } from './category-tree.ts'
import { priceRanges } from './price-ranges.ts'

/** How numbers and money are written. */
export type Wording = { readonly locale: string; readonly currency: string }

const AVAILABILITY_LABELS: Readonly<Record<string, string>> = {
  in_stock: 'In stock',
  low: 'Few left',
  out_of_stock: 'Out of stock',
}

/**
 * @param counted what was asked for, in order
 * @param isNamed whether the request named its facets: then empty ones stay too
 */
export function facetsOf(
  counted: readonly FacetChoice[],
  aggregations: unknown,
  isNamed: boolean,
  tree: CategoryTree,
  wording: Wording,
): Facet[] {
  const facets = counted.map((choice) => facetOf(choice, facetBuckets(aggregations, choice), tree, wording))
  return facets.filter((facet) => isNamed || facet.values.length > 0)
}

function facetOf(choice: FacetChoice, buckets: FacetBuckets, tree: CategoryTree, wording: Wording): Facet {
  const { name, kind } = choice
  const head = { name, label: kept(labels, name, () => attributeLabel(name)), kind }
  switch (choice.kind) {
    case 'terms':
      return { ...head, values: termValues(choice.name, choice.chosen, buckets) }
    case 'category':
      return { ...head, values: categoryValues(choice.chosen, buckets, tree) }
    case 'range':
      return { ...head, values: rangeValues(choice.chosen, buckets, wording) }
    default:
      throw new Error(`facet kind not handled: ${JSON.stringify(choice satisfies never)}`)
  }
}

function termValues(name: string, chosen: readonly string[], buckets: FacetBuckets): FacetCount[] {
  const values: FacetCount[] = []
  const add = (count: number, value: string) => {
    const label = name === 'availability' ? (AVAILABILITY_LABELS[value] ?? value) : value
    values.push({ value, label, count, selected: chosen.includes(value) })
  }
  buckets.values.forEach(add)
  for (const value of chosen) {
    if (!buckets.values.has(value)) add(buckets.chosen.get(value) ?? 0, value)
  }
  if (name !== 'availability') return values
  const order: readonly string[] = AVAILABILITIES
  return values.sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value))
}

function categoryValues(chosen: readonly number[], buckets: FacetBuckets, tree: CategoryTree): FacetCount[] {
  const counts = new Map(buckets.values)
  for (const id of chosen) {
    if (!counts.has(String(id))) counts.set(String(id), 0)
  }
  return [...counts].flatMap(([id, count]) => {
    const node = tree.byId.get(id)
    return node ? [{ value: node.path, label: node.name, count, selected: chosen.includes(Number(id)) }] : []
  })
}

function rangeValues(chosen: readonly Bounds[], buckets: FacetBuckets, wording: Wording): FacetCount[] {
  const ranges = new Map(priceRanges(buckets.values).map((range) => [boundsText(range), range]))
  for (const bounds of chosen) {
    const key = boundsText(bounds)
    if (!ranges.has(key)) ranges.set(key, { ...bounds, count: buckets.chosen.get(key) ?? 0 })
  }
  const selected = new Set(chosen.map(boundsText))
  return [...ranges]
    .sort(([, a], [, b]) => (a.min ?? 0) - (b.min ?? 0))
    .map(([value, range]) => ({
      value,
      label: kept(wordingOf(wording).ranges, value, () => rangeLabel(range, wording)),
      count: range.count,
      selected: selected.has(value),
    }))
}

function rangeLabel({ min, max }: Bounds, wording: Wording): string {
  if (min === null && max === null) return 'Any price'
  if (min === null) return `Up to ${money(max ?? 0, wording)}`
  if (max === null) return `${money(min, wording)} and more`
  return `${money(min, wording)} – ${money(max, wording)}`
}

function money(minor: number, wording: Wording): string {
  const { format, scale } = wordingOf(wording)
  return format.format(minor / scale)
}

/** What is made for a way of writing: its format, and the ranges that were written with it. */
type Written = {
  readonly format: Intl.NumberFormat
  readonly scale: number
  readonly ranges: Map<string, string>
}

/** Making a format costs more than the rest of a facet. There are as many as there are shops in a process: one. */
const writtenBy = new Map<string, Written>()

function wordingOf({ locale, currency }: Wording): Written {
  return kept(writtenBy, `${locale} ${currency}`, () => {
    const options = { style: 'currency', currency, trailingZeroDisplay: 'stripIfInteger' } as const
    const format = new Intl.NumberFormat(locale, options)
    const scale = 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2)
    return { format, scale, ranges: new Map() }
  })
}

const labels = new Map<string, string>()
/** Attributes of a catalogue, and ranges of the grid: there are fewer. Ranges that somebody typed are without end. */
const KEPT_MAX = 2_000

/** The text that was made before, or a new one. */
function kept<T>(texts: Map<string, T>, key: string, make: () => T): T {
  const known = texts.get(key)
  if (known !== undefined) return known
  const made = make()
  if (texts.size < KEPT_MAX) texts.set(key, made)
  return made
}
