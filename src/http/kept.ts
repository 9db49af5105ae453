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

/** Index that answers a family now; null: unknown, then nothing is kept. */
export type Generation = (family: Family) => string | null

/** The first that fits. */
const FAMILIES: readonly (readonly [prefix: string, family: Family, route: string])[] = [
  ['/v1/suggest', 'suggest', '/v1/suggest'],
  ['/v1/search', 'search', '/v1/search'],
  ['/v1/facets/', 'search', '/v1/facets/{name}'],
  ['/v1/items/', 'item', '/v1/items/{id}'],
]

/** Longer URLs are answered and not kept. */
const URL_MAX = 1_000

/** What a GET of this URL is kept under; null when it is not kept. */
export function keptOf(url: string, generation: Generation): Kept | null {
  if (url.length > URL_MAX) return null
  for (const [prefix, family, route] of FAMILIES) {
    if (!url.startsWith(prefix)) continue
    const answering = generation(family)
    return answering === null ? null : { key: `${answering} ${url}`, url, family, route }
  }
  return null
}

/** The URL in a key. */
export function urlOfKey(key: string): string {
  return key.slice(key.indexOf(' ') + 1)
}
