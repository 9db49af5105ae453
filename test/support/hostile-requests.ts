/**
 * Requests that somebody careless or unfriendly might send, from a seed: known and unknown parameters, right
 * and wrong values, broken encodings, strange methods and headers. The same seed gives the same requests.
 */
import { randomBy } from './random.ts'

export type HostileRequest = {
  readonly method: string
  /** Path and query as they stand in the request line. */
  readonly target: string
  readonly headers: readonly string[]
}

export function hostileRequests(seed: number, count: number): HostileRequest[] {
  const random = randomBy(seed)
  return Array.from({ length: count }, () => hostileRequest(random))
}

/** Paths with the parameters that they know. */
const PATHS: readonly (readonly [path: string, names: readonly string[]])[] = [
  ['/v1/search', ['q', 'category', 'f.brand', 'price', 'sort', 'page', 'size', 'facets', 'cursor', 'exact']],
  ['/v1/search', ['q', 'f.brand', 'f.colour', 'f.price', 'page', 'size']],
  ['/v1/suggest', ['q', 'scope', 'size']],
  ['/v1/facets/brand', ['q', 'category', 'f.colour', 'price', 'contains']],
  ['/v1/facets/price', ['q', 'contains']],
  ['/search', ['q', 'category', 'f.brand', 'price', 'sort', 'page', 'exact', 'price_from', 'price_to']],
  ['/c/category-1', ['q', 'f.brand', 'price', 'sort', 'page']],
  ['/v1/categories', []],
  ['/v1/items/5', []],
  ['/', []],
  ['/item/5', []],
  ['/openapi.json', []],
]
const PREFIXES = ['/v1/categories/', '/v1/facets/', '/c/', '/assets/', '/problems/', '/']
/** Ids around the ends of bigint and other spellings of a number. */
const IDS = [
  '0',
  '7',
  '007',
  '-1',
  '7.0',
  '7e0',
  '%207',
  '9223372036854775807',
  '9223372036854775808',
  '1'.repeat(40),
]
const STRANGE_NAMES = ['f.', 'f', 'f.__proto__', '__proto__', 'constructor', 'limit', 'Q', 'q[]', 'f.brand.x']
/** What these parameters take, so that a request also gets past the first check. */
const PLAUSIBLE: Readonly<Record<string, readonly string[]>> = {
  category: ['category-1', 'category-1/category-2'],
  scope: ['category-1'],
  price: ['0-2000', '150-', '-999', '9007199254740991-'],
  sort: ['relevance', 'price_asc', 'price_desc', 'newest', 'name', 'popular'],
  page: ['1', '2', '100', '417'],
  size: ['1', '24', '100'],
  facets: ['', 'brand', 'brand,price', 'colour,category'],
  exact: ['0', '1'],
  'f.brand': ['Brand 3', 'Brand 4', 'HP'],
  price_from: ['1', '2,50', ''],
  price_to: ['3', '99999999999', ''],
}
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
  '9223372036854775808',
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
  const encoded = () => (chance(0.05) ? pick(BROKEN) : encodeURIComponent(text()))
  const pair = (names: readonly string[]) => {
    const name = names.length === 0 || chance(0.04) ? pick(STRANGE_NAMES) : pick(names)
    const plausible = PLAUSIBLE[name]
    const value = plausible && chance(0.7) ? encodeURIComponent(pick(plausible)) : encoded()
    return chance(0.03) ? encodeURIComponent(name) : `${encodeURIComponent(name)}=${value}`
  }
  const [known, names] = pick(PATHS)
  const other = () => (chance(0.3) ? pick(['/v1/items/', '/item/']) + pick(IDS) : pick(PREFIXES) + encoded())
  const path = chance(0.2) ? other() : known
  const count = path === known && names.length > 0 ? Math.floor(random() * 5) : Math.floor(random() * 1.2)
  const pairs = Array.from({ length: count }, () => pair(names))
  if (chance(0.01)) pairs.push(...Array.from({ length: 60 }, (_, i) => `f.brand=B${i}`))
  if (chance(0.01)) pairs.push(`q=${encodeURIComponent(text()).padEnd(10_000, 'x')}`)
  return {
    method: chance(0.08) ? pick(METHODS) : 'GET',
    target: pairs.length === 0 ? path : `${path}?${pairs.join('&')}`,
    headers: Array.from({ length: chance(0.2) ? 1 + Math.floor(random() * 3) : 0 }, () => pick(HEADERS)),
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
