/**
 * What a result page shows, as data, and its URL. Filters, sort and page live in the URL alone, so a link can
 * be sent to somebody, and the page is the same without script.
 */

/** Both ends included, minor units; null: open. */
export type PriceBounds = { readonly min: number | null; readonly max: number | null }

export type Browse = {
  readonly q: string
  /** Slug path; null: the whole shop. */
  readonly category: string | null
  readonly filters: ReadonlyMap<string, readonly string[]>
  readonly price: PriceBounds | null
  readonly sort: string
  readonly page: number
  readonly exact: boolean
}

export const NOTHING_CHOSEN: Browse = {
  q: '',
  category: null,
  filters: new Map(),
  price: null,
  sort: 'relevance',
  page: 1,
  exact: false,
}

/** A category without a query has a path of its own; everything else is a search. */
export function browseUrl(browse: Browse): string {
  const isCategoryPage = browse.category !== null && browse.q === ''
  const pairs = browsePairs(browse).filter(([name]) => !(isCategoryPage && name === 'category'))
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()
  const path = isCategoryPage ? categoryUrl(browse.category ?? '') : '/search'
  return query === '' ? path : `${path}?${query}`
}

/** Parameters that differ from their defaults, in a fixed order. */
export function browsePairs(browse: Browse): (readonly [name: string, value: string])[] {
  return [
    ...(browse.q === '' ? [] : [['q', browse.q] as const]),
    ...(browse.category === null ? [] : [['category', browse.category] as const]),
    ...[...browse.filters].flatMap(([name, values]) => values.map((value) => [`f.${name}`, value] as const)),
    ...(browse.price === null ? [] : [['price', priceText(browse.price)] as const]),
    ...(browse.sort === 'relevance' ? [] : [['sort', browse.sort] as const]),
    ...(browse.exact ? [['exact', '1'] as const] : []),
    ...(browse.page === 1 ? [] : [['page', String(browse.page)] as const]),
  ]
}

export function priceText({ min, max }: PriceBounds): string {
  return `${min ?? ''}-${max ?? ''}`
}

/** `2000-5000` to bounds; null for other text. */
export function priceBounds(text: string): PriceBounds | null {
  const match = /^(\d*)-(\d*)$/.exec(text)
  if (!match || text === '-') return null
  const end = (digits: string | undefined) => (digits ? Number(digits) : null)
  return { min: end(match[1]), max: end(match[2]) }
}

/** The same page with one facet value added or taken away; always from its first page. */
export function toggleValue(browse: Browse, name: string, value: string): Browse {
  const before = browse.filters.get(name) ?? []
  const after = before.includes(value) ? before.filter((other) => other !== value) : [...before, value]
  const filters = new Map(browse.filters)
  if (after.length === 0) filters.delete(name)
  else filters.set(name, after)
  return { ...browse, filters, page: 1 }
}

export function categoryUrl(path: string): string {
  return `/c/${path.split('/').map(encodeURIComponent).join('/')}`
}

export function itemUrl(itemId: string): string {
  return `/item/${encodeURIComponent(itemId)}`
}
