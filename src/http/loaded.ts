/** A reply as an entry of the cache: which of its headers are kept, and what shared caches may do with it. */
import { createHash } from 'node:crypto'
import type { Loaded } from '../cache/entry.ts'
import type { Load } from './context.ts'

/** Shared caches may keep a reply for 2 s, and 5 s more while they ask again: with B that is the bound behind one. */
const SHARED = 'public, max-age=0, s-maxage=2, stale-while-revalidate=5, stale-if-error=60'
/** Headers that belong to one request or to the connection, not to the reply. */
const NOT_KEPT = new Set(['x-request-id', 'connection', 'cache-control', 'date', 'content-length'])

/** @param load what the route said about keeping it */
export function loadedReply(
  status: number,
  headers: Iterable<readonly [name: string, value: string]>,
  body: string,
  { tags, kind, maxAgeMs }: Load,
): Loaded {
  const given = [...headers]
  // A cookie is for one client, whatever the route says.
  const isStorable = status === 200 && tags !== null && !given.some(([name]) => name === 'set-cookie')
  const kept = Object.fromEntries(given.filter(([name]) => !NOT_KEPT.has(name)))
  const own = isStorable ? { 'cache-control': SHARED, etag: etagOf(body) } : { 'cache-control': 'no-store' }
  return { tags: tags ?? [], status, headers: { ...kept, ...own }, body, kind, isStorable, maxAgeMs }
}

/** Made from the body alone: equal bytes have equal tags, on every instance. */
function etagOf(body: string): string {
  return `"${createHash('sha1').update(body).digest('base64url').slice(0, 20)}"`
}
