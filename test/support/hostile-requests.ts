/**
 * Requests that somebody careless or unfriendly might send, from a seed: known and unknown parameters, right
 * and wrong values, broken encodings, strange methods and headers. The same seed gives the same requests.
 */

export type HostileRequest = {
  readonly method: string
  /** Path and query as they stand in the request line. */
  readonly target: string
  readonly headers: readonly string[]
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32, public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function hostileRequests(seed: number, count: number): HostileRequest[] {
  const random = seeded(seed)
  return Array.from({ length: count }, () => hostileRequest(random))
}

const PATHS = [
  '/v1/search',
  '/v1/search',
  '/v1/search',
  '/v1/suggest',
  '/v1/suggest',
  '/v1/categories',
  '/v1/facets/brand',
  '/v1/facets/price',
  '/search',
  '/c/category-1',
  '/',
  '/item/5',
  '/v1/items/5',
  '/openapi.json',
  '/problems/bad-request',
]
const PREFIXES = [
  '/v1/items/',
  '/v1/categories/',
  '/v1/facets/',
  '/c/',
  '/item/',
  '/assets/',
  '/problems/',
  '/',
]
const NAMES = [
  'q',
  'q',
  'category',
  'f.brand',
  'f.colour',
  'f.price',
  'f.',
  'f',
  'price',
  'sort',
  'page',
  'size',
  'facets',
  'cursor',
  'exact',
  'scope',
  'contains',
  '__proto__',
  'constructor',
  'f.__proto__',
]
const VALUES = [
  '',
  '0',
  '1',
  '-1',
  '2',
  '24',
  '1e3',
  '1.5',
  '1000000000',
  '99999999999999999999',
  '0-2000',
  '-',
  '5-',
  '2000-1',
  'NaN',
  'null',
  'true',
  'relevance',
  'price_asc',
  'brand,price',
  ',,,',
  'Item 7',
  'SKU-12',
  'sku12',
  'Brand 3',
  'category-1',
  'category-1/category-2',
  '../../etc/passwd',
  "' or 1=1 --",
  '"); drop table items; --',
  '<script>alert(1)</script>',
  '{"query":{"match_all":{}}}',
  'name:* AND _exists_:sku',
  '/.*/',
  '~~~***???',
  '\u0000',
  'a\u0000b',
  '\u202e\u200b\ufeff',
  '\u{1f6d2}\u{1f6d2}',
  'ﷺ'.repeat(40),
  'e\u0301'.repeat(30),
  'a'.repeat(201),
  'a'.repeat(3_000),
  'word '.repeat(60),
  '%',
  '${7*7}',
  'AAAA.BBBB',
]
const BROKEN = ['%', '%z', '%zz', '%E0%A4%A', '%ff', '%C0%AF', '%ED%A0%80', '%00', '+%2', '%25%']
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'HEAD', 'TRACE', 'PROPFIND', 'get', 'X']
const HEADERS = [
  'Accept: text/html',
  'Accept: \u0001',
  'Accept: */*;q=9',
  'X-Request-Id: aaaaaaaa',
  'X-Request-Id: <script>',
  `X-Request-Id: ${'a'.repeat(5_000)}`,
  `Cookie: ${'c=1; '.repeat(2_000)}`,
  `X-Long: ${'x'.repeat(70_000)}`,
  'Content-Type: application/json',
  'If-None-Match: *',
  'Range: bytes=0-1',
  'Accept-Encoding: gzip;q=banana',
  'X-Forwarded-For: 1.2.3.4, ::1, bogus',
  'Authorization: Bearer ..',
  'Host: \u00ff',
  'Host: a b',
  'Upgrade: websocket',
  'Expect: 200-maybe',
]

function hostileRequest(random: () => number): HostileRequest {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const chance = (share: number) => random() < share
  const text = () => (chance(0.15) ? randomText(random) : pick(VALUES))
  const encoded = () => (chance(0.12) ? pick(BROKEN) : encodeURIComponent(text()))
  const path = chance(0.25) ? pick(PREFIXES) + encoded() : pick(PATHS)
  const pairs = Array.from({ length: Math.floor(random() * 6) }, () => {
    const name = chance(0.1) ? encoded() : encodeURIComponent(pick(NAMES))
    return chance(0.05) ? name : `${name}=${encoded()}`
  })
  if (chance(0.02)) pairs.push(...Array.from({ length: 60 }, (_, i) => `f.brand=B${i}`))
  if (chance(0.02)) pairs.push(`q=${encodeURIComponent(text()).padEnd(10_000, 'x')}`)
  return {
    method: chance(0.12) ? pick(METHODS) : 'GET',
    target: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`,
    headers: Array.from({ length: chance(0.3) ? 1 + Math.floor(random() * 3) : 0 }, () => pick(HEADERS)),
  }
}

/** Code points of every kind but lone surrogates, which no URL can carry. */
function randomText(random: () => number): string {
  const points = Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
    const point = Math.floor(random() * (random() < 0.5 ? 0x250 : 0x10ffff))
    return point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
  })
  return String.fromCodePoint(...points)
}
