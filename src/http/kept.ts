/** Which requests have replies that are kept, under which key, and how long. */
import type { Family } from '../cache/expiry.ts'

export type Kept = {
  readonly key: string
  /** Path and query as sent. */
  readonly url: string
  readonly family: Family
  /** Path of the route, its parameters unfilled. */
  readonly route: string
}

/**
 * What answers a family now; null: unknown, then nothing is kept. A page also depends on the files that it names, which
 * differ between versions of the shop.
 */
export type Generation = (family: Family, form: Form) => string | null
export type Form = 'json' | 'page'

/** The first that fits. */
const FAMILIES: readonly (readonly [prefix: RegExp, family: Family, form: Form, route: string])[] = [
  [/^\/v1\/suggest/, 'suggest', 'json', '/v1/suggest'],
  [/^\/v1\/search/, 'search', 'json', '/v1/search'],
  [/^\/v1\/facets\//, 'search', 'json', '/v1/facets/{name}'],
  [/^\/v1\/items\//, 'item', 'json', '/v1/items/{id}'],
  [/^\/search(?:\?|$)/, 'search', 'page', '/search'],
  [/^\/c\//, 'search', 'page', '/c/:path{.+}'],
  [/^\/item\//, 'item', 'page', '/item/:id'],
  [/^\/categories(?:\?|$)/, 'search', 'page', '/categories'],
  [/^\/(?:\?|$)/, 'search', 'page', '/'],
]

/** Longer URLs are answered and not kept. */
const URL_MAX = 1_000

/** What a GET of this URL is kept under; null when it is not kept. */
export function keptOf(url: string, generation: Generation): Kept | null {
  if (url.length > URL_MAX) return null
  for (const [prefix, family, form, route] of FAMILIES) {
    if (!prefix.test(url)) continue
    const answering = generation(family, form)
    return answering === null ? null : { key: `${answering} ${url}`, url, family, route }
  }
  return null
}

/** The URL in a key. */
export function urlOfKey(key: string): string {
  return key.slice(key.indexOf(' ') + 1)
}
