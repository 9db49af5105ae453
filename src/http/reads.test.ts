import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { edge, edgeOptions } from '../../test/support/edge.ts'
import { memorySearch } from '../../test/support/memory-search.ts'
import { chooseSeed } from '../../test/support/seed.ts'
import { SearchUnavailable } from '../search/unavailable.ts'
import { createDirect, createDirectReplies } from './direct.ts'
import { createReads } from './reads.ts'
import { createWatch } from './reply-watch.ts'
import { type HttpServer, listen } from './server.ts'
import { startingState } from './state.ts'

let server: HttpServer | undefined
afterEach(async () => {
  await server?.drain(startingState([]), { waitMs: 0, finishMs: 1_000 })
  server = undefined
})

const options = edgeOptions()
const direct = createDirect(createReads(options.search), options.admission)
const never = new AbortController().signal

/** Reply without the app, or null when it is left to the app. */
async function directly(target: string) {
  const read = direct.readOf(target)
  if (read === null) return null
  const { status, headers, body } = await direct.reply(read, 'request-0001', never)
  return { status, headers, body: JSON.parse(body) as unknown }
}

async function byTheApp(target: string) {
  const reply = await edge().request(target)
  const { 'x-request-id': _, ...headers } = Object.fromEntries(reply.headers)
  return { status: reply.status, headers, body: await reply.json() }
}

const WELL_FORMED = [
  '/v1/suggest',
  '/v1/suggest?q=bl&size=3',
  '/v1/suggest?q=bl&scope=',
  '/v1/search?q=blue%20drive&facets=brand,price',
  '/v1/search?q=desktop&f.brand=Western+Digital&f.brand=HP&price=0-&size=5',
  '/v1/search?category=storage/hard-drives&sort=price_asc&page=2',
  '/v1/search?q=desktop&exact=1&facets=',
  '/v1/search?q=%F0%9F%8E%A7',
  '/v1/search?category=no/such', // well formed, and refused by search
  '/v1/search?page=1000&size=100',
]

test.each(WELL_FORMED)('%s is answered without the app, and as by it', async (target) => {
  const reply = await directly(target)
  expect(reply).not.toBeNull()
  expect(reply).toEqual(await byTheApp(target))
})

test.each([
  '/v1/search?q=%',
  '/v1/search?q=a&q=b',
  '/v1/search?colour=red',
  '/v1/search?__proto__=1',
  '/v1/search?size=101',
  '/v1/search?q=a#b',
  '/v1/search?q=\u00fc',
  '/v1/search/?q=a',
  '/v1/suggest?limit=3',
  '/v1/items/1',
  'http://shop.example/v1/search?q=a',
  '*',
])('%s is left to the app', async (target) => {
  expect(await directly(target)).toBeNull()
})

test('whatever the parameters are, a direct answer is the one of the app', async () => {
  const seed = chooseSeed('direct reads')
  const name = fc.constantFrom(
    'q',
    'size',
    'page',
    'sort',
    'scope',
    'category',
    'f.brand',
    'f.',
    'facets',
    'x',
  )
  const value = fc.oneof(
    fc.constantFrom(
      '',
      '1',
      '24',
      '0',
      'name',
      '0-100',
      'storage',
      'HP',
      'a%20b',
      'a+b',
      '%41',
      '%',
      '=',
      'ü',
      '%C3%BC',
    ),
    fc.string({ maxLength: 6 }).map((text) => encodeURIComponent(text.toWellFormed())),
  )
  const pair = fc.tuple(name, value).map(([key, text]) => `${key}=${text}`)
  const target = fc
    .tuple(fc.constantFrom('/v1/search', '/v1/suggest'), fc.array(pair, { maxLength: 4 }))
    .map(([path, pairs]) => `${path}?${pairs.join('&')}`)
  await fc.assert(
    fc.asyncProperty(target, async (asked) => {
      const reply = await directly(asked)
      if (reply) expect(reply).toEqual(await byTheApp(asked))
    }),
    { seed, numRuns: 300 },
  )
})

/** A server that asks the direct way first; the lines that it logged. */
async function directServer(search = memorySearch()) {
  const own = edgeOptions({ search })
  const watch = createWatch({ ...own, newRequestId: () => 'request-0001' })
  const replies = createDirectReplies(
    createDirect(createReads(search), own.admission),
    watch,
    () => own.state.phase === 'draining',
  )
  server = await listen({ fetch: () => new Response('the app') }, '127.0.0.1', 0, { direct: replies })
  return { url: server.url, ...own }
}

test('a read over a connection has its id, is counted by its route and leaves the rest to the app', async () => {
  const { url, metrics } = await directServer()
  const headers = { 'x-request-id': 'asked-by-me' }
  const reply = await fetch(`${url}/v1/suggest?q=bl`, { headers })
  expect([reply.status, reply.headers.get('x-request-id')]).toEqual([200, 'asked-by-me'])
  expect(reply.headers.get('cache-control')).toBe('no-store')
  expect(await (await fetch(`${url}/v1/suggest?q=bl`, { method: 'POST' })).text()).toBe('the app')
  expect(await (await fetch(`${url}/v1/items/1`)).text()).toBe('the app')
  expect(await metrics.text()).toContain(
    'http_request_duration_seconds_count{route="/v1/suggest",method="GET",status="200"} 1',
  )
})

test('search that is away is a problem with Retry-After on the direct way too', async () => {
  const search = { ...memorySearch(), search: () => Promise.reject(new SearchUnavailable('away')) }
  const { url } = await directServer(search)
  const reply = await fetch(`${url}/v1/search?q=a`)
  expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '2'])
  expect(await reply.json()).toMatchObject({ type: '/problems/unavailable', request_id: 'request-0001' })
})

test('a client that leaves stops what runs behind a direct read', async () => {
  const stopped = Promise.withResolvers<unknown>()
  const begun = Promise.withResolvers<void>()
  const search = {
    ...memorySearch(),
    search: (_: unknown, signal: AbortSignal) => {
      begun.resolve()
      signal.addEventListener('abort', () => stopped.resolve(signal.reason))
      return new Promise<never>(() => undefined)
    },
  }
  const { url } = await directServer(search)
  const client = new AbortController()
  const reply = fetch(`${url}/v1/search?q=a`, { signal: client.signal })
  await begun.promise
  client.abort()
  await expect(reply).rejects.toThrow()
  expect(await stopped.promise).toMatchObject({ message: 'the client went away' })
})
