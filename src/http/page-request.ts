/**
 * The query of a result page. Stricter than a browser, laxer than the API: names that are not ours (links from
 * elsewhere carry their own) are left out, and a price may come as two fields of a form.
 */
import type { SearchQuery } from '../search/contract.ts'
import { SearchParameters } from './parameters.ts'
import { problemOfIssues } from './problem-reply.ts'
import { searchQuery } from './queries.ts'

const NAMES = new Set(['q', 'category', 'price', 'sort', 'page', 'exact'])

export type PageRequest = {
  readonly query: SearchQuery
  /** The price came from the form and belongs into the URL in its own way. */
  readonly isTypedPrice: boolean
}

/**
 * @param given parameters as sent, each with all its values
 * @param category from the path, which wins over the parameter
 * @param minorPerMajor minor units in one unit of the shop's currency
 * @throws Problem `bad-request` for values that cannot be used
 */
export function pageRequest(
  given: Readonly<Record<string, readonly string[]>>,
  category: string | null,
  minorPerMajor: number,
): PageRequest {
  const known = Object.entries(given)
    .filter(([name]) => NAMES.has(name) || name.startsWith('f.'))
    .map(([name, values]) => [name, values.length === 1 ? values[0] : values] as const)
  const typed = typedPrice(given['price_from']?.[0], given['price_to']?.[0], minorPerMajor)
  const parsed = SearchParameters.safeParse({
    ...Object.fromEntries(known),
    ...(category === null ? {} : { category }),
    ...(typed === null ? {} : { price: typed }),
  })
  if (!parsed.success) throw problemOfIssues(parsed.error.issues, [...NAMES])
  const isTypedPrice = given['price_from'] !== undefined || given['price_to'] !== undefined
  return { query: searchQuery(parsed.data), isTypedPrice }
}

/** `12.50` and `20` to `1250-2000`; text that is no number stays out, as an empty field does. */
function typedPrice(from: string | undefined, to: string | undefined, minorPerMajor: number): string | null {
  const low = minorOf(from, minorPerMajor)
  const high = minorOf(to, minorPerMajor)
  if (low === null && high === null) return null
  const isSwapped = low !== null && high !== null && low > high
  return isSwapped ? `${high}-${low}` : `${low ?? ''}-${high ?? ''}`
}

/** Both the point and the comma are used for decimals. */
function minorOf(text: string | undefined, minorPerMajor: number): number | null {
  const match = /^\s*(\d{1,12})(?:[.,](\d{1,2}))?\s*$/.exec(text ?? '')
  return match ? Math.round(Number(`${match[1]}.${match[2] ?? 0}`) * minorPerMajor) : null
}
