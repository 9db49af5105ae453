import { expect, test } from 'vitest'
import { edge } from '../../test/support/edge.ts'
import { memorySearch } from '../../test/support/memory-search.ts'
import { SearchRefusal } from '../search/contract.ts'
import { SearchUnavailable } from '../search/unavailable.ts'

const get = (path: string, init?: RequestInit) => edge().request(path, init)

type Fault = {
  type: string
  status: number
  request_id: string
  errors?: { path: string; message: string }[]
}
async function problemAt(path: string, init?: RequestInit): Promise<Fault> {
  const reply = await get(path, init)
  expect(reply.headers.get('content-type'), path).toBe('application/problem+json')
  const body = (await reply.json()) as Fault
  expect(body.status).toBe(reply.status)
  return body
}

test('a search answers with the hits of the catalogue', async () => {
  const reply = await get('/v1/search?q=desktop&f.brand=Western+Digital&price=0-&size=5')
  expect(reply.status).toBe(200)
  expect(await reply.json()).toMatchObject({ total: { value: 1 }, hits: [{ item_id: '1', price: 4_990 }] })
})

test('every public route answers 200 for a good request', async () => {
  const paths = [
    '/v1/suggest?q=bl',
    '/v1/categories',
    '/v1/categories/storage/hard-drives',
    '/v1/facets/brand?contains=west',
    '/v1/items/1',
    '/livez',
    '/readyz',
    '/metrics',
    '/openapi.json',
    '/',
    '/search?q=drive',
    '/c/storage/hard-drives',
    '/item/1',
    '/problems/bad-request',
  ]
  const replies = await Promise.all(paths.map((path) => get(path)))
  expect(replies.map((reply, i) => `${paths[i]} ${reply.status}`)).toEqual(paths.map((path) => `${path} 200`))
})

test.each([
  ['/v1/search?colour=red', 'colour', 'is not a parameter'],
  ['/v1/search?%5F_proto__=1', '__proto__', 'is not a parameter'],
  ['/v1/search?q=a&q=b', 'q', 'more than once'],
  ['/v1/search?page=two', 'page', 'not a whole number'],
  ['/v1/search?page=0', 'page', 'not between'],
  ['/v1/search?size=101', 'size', 'not between 1 and 100'],
  ['/v1/search?sort=cheap', 'sort', 'is not one of relevance'],
  ['/v1/search?exact=maybe', 'exact', 'is not 0 or 1'],
  ['/v1/search?price=cheap', 'price', 'MIN-MAX'],
  ['/v1/search?price=-', 'price', 'MIN-MAX'],
  ['/v1/search?price=1.5-2', 'price', 'MIN-MAX'],
  ['/v1/search?price=20-10', 'price', 'ends before it begins'],
  ['/v1/search?price=0-9007199254740993', 'price', 'beyond 2^53'],
  ['/v1/search?category=a%00b', 'category', 'control characters'],
  ['/v1/search?f.brand=', 'f.brand', 'an empty value'],
  ['/v1/search?f.=x', 'f', 'no facet name'],
  [`/v1/search?${'f.brand=x&'.repeat(51)}`, 'f.brand', 'more than 50 values'],
  [`/v1/search?${Array.from({ length: 21 }, (_, i) => `f.n${i}=x`).join('&')}`, 'f', 'more than 20 facets'],
  [`/v1/search?facets=${Array.from({ length: 21 }, (_, i) => `n${i}`).join(',')}`, 'facets', 'more than 20'],
  ['/v1/suggest?q=a&limit=3', 'limit', 'known: q, scope, size'],
  ['/v1/categories?deep=1', 'deep', 'known: none'],
  ['/v1/items/abc', 'id', 'is not an item id'],
  ['/v1/items/9223372036854775808', 'id', 'to 9223372036854775807'],
  ['/v1/facets/brand?page=1', 'page', 'is not a parameter'],
])('parameters %# name the field and the reason', async (path, field, reason) => {
  const fault = await problemAt(path)
  expect(fault).toMatchObject({ type: '/problems/bad-request', status: 400, request_id: 'request-0001' })
  expect(fault.errors?.map((error) => error.path)).toContain(field)
  expect(fault.errors?.find((error) => error.path === field)?.message).toContain(reason)
})

test('all faults of one request are told at once', async () => {
  const fault = await problemAt('/v1/search?page=x&size=0&sort=up&colour=red')
  expect(fault.errors?.map((error) => error.path).sort()).toEqual(['colour', 'page', 'size', 'sort'])
})

test.each([
  ['/v1/search?q=%zz', 400, 'bad-encoding'],
  ['/v1/search?q=%E0%A4%A', 400, 'bad-encoding'],
  ['/v1/search?%ff=1', 400, 'bad-encoding'],
  ['/v1/categories/%zz', 400, 'bad-encoding'],
  ['/v1/search?page=1000000000', 400, 'page-too-deep'],
  [`/v1/search?q=${'x'.repeat(201)}`, 400, 'query-too-long'],
  [`/v1/search?q=${'x'.repeat(5_000)}`, 400, 'query-too-long'],
  [`/v1/search?q=${'x'.repeat(10_000)}`, 400, 'query-too-long'],
  [`/v1/search?category=${'x'.repeat(10_000)}`, 414, 'uri-too-long'],
  ['/v1/search?f.flavour=sweet', 400, 'unknown-facet'],
  ['/v1/search?facets=flavour', 400, 'unknown-facet'],
  ['/v1/facets/flavour', 400, 'unknown-facet'],
  ['/v1/search?cursor=abc', 400, 'bad-cursor'],
  ['/v1/search?category=shoes', 404, 'unknown-category'],
  ['/v1/categories/shoes/red', 404, 'unknown-category'],
  ['/v1/items/77', 404, 'not-found'],
  ['/v1/nothing', 404, 'not-found'],
  ['/item/77', 404, 'not-found'],
])('request %# answers as its problem says', async (path, status, name) => {
  expect(await problemAt(path)).toMatchObject({ status, type: `/problems/${name}` })
})

test('an empty parameter means the same as an absent one', async () => {
  const reply = await get('/v1/search?q=&category=&price=&sort=&page=&size=&cursor=&exact=')
  expect(reply.status).toBe(200)
})

test('control characters in a query are left for search to clean', async () => {
  expect((await get('/v1/search?q=a%00b')).status).toBe(200)
})

test('a method that a path does not take is answered with those it takes', async () => {
  const reply = await get('/v1/search', { method: 'POST' })
  expect(reply.status).toBe(405)
  expect(reply.headers.get('allow')).toBe('GET, HEAD')
  expect(reply.headers.get('content-type')).toBe('application/problem+json')
})

test('HEAD answers as GET without a body', async () => {
  const reply = await get('/v1/items/1', { method: 'HEAD' })
  expect(reply.status).toBe(200)
  expect(await reply.text()).toBe('')
})

test('a good request id comes back, a bad one is replaced', async () => {
  const given = await get('/livez', { headers: { 'x-request-id': 'abc-123_XYZ' } })
  const bad = await get('/livez', { headers: { 'x-request-id': 'a b' } })
  expect(given.headers.get('x-request-id')).toBe('abc-123_XYZ')
  expect(bad.headers.get('x-request-id')).toBe('request-0001')
})

test('a fault behind the edge tells nothing of the server that failed', async () => {
  const secret = 'relation "items" does not exist at 10.1.2.3'
  const search = { ...memorySearch(), item: () => Promise.reject(new Error(secret)) }
  const reply = await edge({ search }).request('/v1/items/1')
  expect(reply.status).toBe(500)
  expect(await reply.text()).not.toMatch(/items|10\.1\.2\.3/)
})

test('a server that is away gives 503 with Retry-After', async () => {
  const away = new SearchUnavailable('connect ECONNREFUSED 10.1.2.3:9200')
  const search = { ...memorySearch(), search: () => Promise.reject(away) }
  const reply = await edge({ search }).request('/v1/search')
  expect(reply.status).toBe(503)
  expect(reply.headers.get('retry-after')).toBe('2')
  expect(await reply.text()).not.toContain('10.1.2.3')
})

test('a refusal of search names the field and what to do', async () => {
  const refuse = () =>
    Promise.reject(new SearchRefusal('unknown-facet', 'f.size', 'no facet size; known: brand'))
  const reply = await edge({ search: { ...memorySearch(), search: refuse } }).request('/v1/search?f.size=1')
  expect(await reply.json()).toMatchObject({
    type: '/problems/unknown-facet',
    detail: 'no facet size; known: brand.',
    errors: [{ path: 'f.size', message: 'no facet size; known: brand' }],
  })
})

test('somebody with a browser gets an error as a page, the API never does', async () => {
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
  expect((await get('/item/77', { headers })).headers.get('content-type')).toContain('text/html')
  expect((await get('/v1/items/77', { headers })).headers.get('content-type')).toBe(
    'application/problem+json',
  )
})
