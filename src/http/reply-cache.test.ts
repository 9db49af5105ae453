/**
 * Replies from the cache over a real connection: their headers, what a client is spared, and that nothing runs for a hit
 * but the writing of bytes. The index is a catalogue in memory.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { cacheNode } from '../../test/support/cache-node.ts'
import { edge, edgeOptions } from '../../test/support/edge.ts'
import { hit, memorySearch } from '../../test/support/memory-search.ts'
import { HotUrls } from '../cache/hot-urls.ts'
import { SyncPoint } from '../cache/sync-point.ts'
import type { CatalogSearch } from '../search/contract.ts'
import { createDirect } from './direct.ts'
import { createInFlight } from './in-flight.ts'
import { createLoadReply } from './load-reply.ts'
import type { RateLimits } from './rate-limits.ts'
import { createReads } from './reads.ts'
import { createReplyCache } from './reply-cache.ts'
import { createWatch } from './reply-watch.ts'
import { type HttpServer, listen } from './server.ts'
import { createShedding } from './shedding.ts'
import { startingState } from './state.ts'

let server: HttpServer | undefined
afterEach(async () => {
  await server?.drain(startingState([]), { waitMs: 0, finishMs: 1_000 })
})

/** A server with a cache before the app. @param search index, or a part of it that behaves otherwise */
async function useShop(search: Partial<CatalogSearch> = {}, limits: RateLimits | null = null) {
  const clock = { now: 0 }
  const node = cacheNode(clock)
  const catalogue = { ...memorySearch([hit(), hit({ item_id: '2', name: 'Red drive' })]), ...search }
  const options = edgeOptions({ search: catalogue })
  const { metrics, logger, limits: caps, admission, newRequestId } = options
  const app = edge(options)
  /** Headers of the requests that reached the app. */
  const asked: string[][] = []
  const inFlight = createInFlight(caps, metrics)
  const syncPoint = new SyncPoint()
  const cache = createReplyCache({
    cache: node.cache,
    ...{ syncPoint, inFlight, hot: new HotUrls(), limits },
    load: createLoadReply({
      direct: createDirect(createReads(catalogue), admission),
      inFlight,
      fetch: (request, bindings) => {
        asked.push([...request.headers.keys()])
        return app.fetch(request, bindings)
      },
    }),
    generation: (_, form) => `generation+${form}`,
    watch: createWatch({ logger, metrics, clock: () => clock.now, newRequestId }),
    shedding: createShedding(() => 0, metrics, Math.random),
    isDraining: () => false,
  })
  server = await listen(app, '127.0.0.1', 0, { cache })
  const { url } = server
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const reply = await fetch(url + path, { headers, redirect: 'manual' })
    const own = (name: string) => reply.headers.get(name)
    return { status: reply.status, source: own('x-cache'), own, body: await reply.text() }
  }
  /** Twice loaded and in memory: the third reply is a hit. */
  const warm = async (path: string) => {
    for (let i = 0; i < 2; i++) await ask(path)
    return await ask(path)
  }
  const name = (...tags: string[]) =>
    node.watermark.apply({ id: node.watermark.consumed + 1, verb: 'expire', tags })
  return { ...node, clock, ask, asked, warm, name, syncPoint }
}

const REFUSE_ALL: RateLimits = {
  refuses(_, response) {
    response.writeHead(429).end()
    return true
  },
}

const KEPT = [
  '/v1/suggest?q=bl',
  '/v1/search?q=drive',
  '/v1/facets/brand',
  '/v1/items/1',
  '/search?q=drive',
  '/c/storage/hard-drives',
  '/item/1',
  '/',
  '/categories',
]

/** What runs for each when it is not in memory: our three, validators, and the route itself, which have no names. */
const CHAINS: readonly (readonly [path: string, validators: number])[] = [
  ['/v1/suggest', 2],
  ['/v1/search', 2],
  ['/v1/facets/brand', 3],
  ['/v1/items/1', 3],
  ['/search', 0],
  ['/c/storage/hard-drives', 0],
  ['/item/1', 0],
  ['/', 0],
  ['/categories', 0],
]

describe('cache-http: replies that are kept', () => {
  test.each(KEPT)('a hit of %s has the headers of its reply, and asks nobody', async (path) => {
    const { warm, asked } = await useShop()
    const { status, source, own, body } = await warm(path)
    expect([status, source]).toEqual([200, 'HIT-L1'])
    expect(own('cache-control')).toBe(
      'public, max-age=0, s-maxage=2, stale-while-revalidate=5, stale-if-error=60',
    )
    expect(own('etag')).toMatch(/^"[\w-]{20}"$/)
    expect(own('content-length')).toBe(String(Buffer.byteLength(body)))
    expect(own('content-security-policy')).toContain("default-src 'none'")
    expect(own('x-content-type-options')).toBe('nosniff')
    expect(own('x-request-id')).toBe('request-0001')
    expect(own('content-type')).toContain(path.startsWith('/v1/') ? 'application/json' : 'text/html')
    // The app is asked once at most: the second reply is of the second tier, the third of memory.
    expect(asked.length).toBeLessThanOrEqual(1)
  })

  test.each(KEPT)('who has the reply to %s already is told so with no body', async (path) => {
    const { warm, ask } = await useShop()
    const { own } = await warm(path)
    const etag = own('etag') ?? ''
    const again = await ask(path, { 'if-none-match': etag })
    expect([again.status, again.body, again.own('etag')]).toEqual([304, '', etag])
    const other = await ask(path, { 'if-none-match': '"another"' })
    expect(other.status).toBe(200)
  })

  test.each([
    ['/v1/search?colour=red', 400],
    ['/v1/items/999', 404],
    ['/item/999', 404],
    ['/search?price_from=1', 302],
    ['/v1/categories', 200],
  ])('the reply to %s is not kept', async (path, status) => {
    const { warm, l1 } = await useShop()
    const reply = await warm(path)
    expect([reply.status, reply.source === 'HIT-L1', l1.size]).toEqual([status, false, 0])
    expect(reply.own('cache-control')).toContain('no-store')
  })

  test.each(CHAINS)(
    '%s is made by our own three, its %i validators and its route, and no other middleware',
    (path, validators) => {
      const [matched] = edge().router.match('GET', path)
      const chain = matched.map(([[handler]]) => (handler as { name: string }).name)
      expect(chain).toEqual(['observe', 'checkUrl', 'admit', ...Array(validators + 1).fill('')])
    },
  )

  test('every path that is kept has its chain looked at', () => {
    const paths = KEPT.map((path) => path.replace(/\?.*/, ''))
    expect(CHAINS.map(([path]) => path)).toEqual(paths)
  })
})

describe('pages from the cache', () => {
  test.each([
    ['/search?q=drive', 'w:drive'],
    ['/c/storage/hard-drives', 'cat:storage/hard-drives'],
    ['/item/1', 'item:1'],
    ['/item/1', 'cat:storage/hard-drives'],
    ['/', 'list'],
    ['/categories', 'list'],
  ])('%s ends with a change of %s', async (path, tag) => {
    const { warm, ask, name } = await useShop()
    await warm(path)
    name('item:999')
    expect((await ask(path)).source).toBe('HIT-L1')
    name(tag)
    expect((await ask(path)).source).toBe('MISS')
  })

  test.each(['/search?q=drive', '/c/storage/hard-drives', '/item/1', '/'])(
    'a degraded %s is not kept',
    async (path) => {
      const good = memorySearch()
      const search: Partial<CatalogSearch> = {
        search: async (query, signal) => ({
          ...(await good.search(query, signal)),
          degraded: ['elasticsearch'],
        }),
      }
      const { warm } = await useShop(search)
      const reply = await warm(path)
      expect([reply.status, reply.source, reply.own('cache-control')]).toEqual([200, 'MISS', 'no-store'])
    },
  )

  test('the page of an item without those beside it is not kept', async () => {
    const { warm } = await useShop({ search: () => Promise.reject(new Error('late')) })
    expect((await warm('/item/1')).source).toBe('MISS')
  })

  test('a search that was cut short by its time limit is not kept, as page or as data', async () => {
    const good = memorySearch()
    const search: Partial<CatalogSearch> = {
      search: async (query, signal) => ({ ...(await good.search(query, signal)), partial: true }),
    }
    const { warm } = await useShop(search)
    expect([(await warm('/search?q=drive')).source, (await warm('/v1/search?q=drive')).source]).toEqual([
      'MISS',
      'MISS',
    ])
  })

  test.each(['/c/storage/hard-drives', '/', '/categories'])(
    '%s, with categories on it, lives no longer than the tree of them',
    async (path) => {
      const { warm, ask, clock, beat } = await useShop()
      await warm(path)
      await warm('/search?q=drive')
      clock.now = 2_201 // two seconds, and a tenth for jitter
      beat()
      expect((await ask(path)).source).toBe('MISS')
      expect((await ask('/search?q=drive')).source).toBe('HIT-L1')
    },
  )

  test('what a client sends beside the URL does not reach a page that is kept for all', async () => {
    const { ask, asked } = await useShop()
    const mine = { cookie: 'session=secret', authorization: 'Bearer secret', 'x-request-id': 'mine-0001' }
    await ask('/search?q=drive', mine)
    expect(asked.flat().sort()).toEqual(['accept', 'x-request-id'])
    expect((await ask('/search?q=drive')).own('x-request-id')).toBe('request-0001')
  })
})

describe('answers that name a write', () => {
  const path = '/v1/search?q=drive'

  test('one that is reached comes from the cache and says so to this client alone', async () => {
    const { warm, ask, syncPoint } = await useShop()
    await warm(path)
    syncPoint.reached('0/20')
    const reply = await ask(path, { 'x-min-lsn': '0/20' })
    expect([reply.source, reply.own('x-synced'), reply.own('cache-control')]).toEqual([
      'HIT-L1',
      'true',
      'private, no-store',
    ])
    expect((await ask(path)).own('x-synced')).toBe(null)
  })

  test('one that is reached while it waits comes from the cache', async () => {
    const { warm, ask, syncPoint } = await useShop()
    await warm(path)
    const waiting = ask(path, { 'x-min-lsn': '0/20', prefer: 'respond-async, wait=2' })
    await turn()
    syncPoint.reached('0/21')
    const reply = await waiting
    expect([reply.source, reply.own('x-synced')]).toEqual(['HIT-L1', 'true'])
  })

  test('one that is not reached in time goes past the cache and says so', async () => {
    const { warm, ask } = await useShop()
    await warm(path)
    const reply = await ask(path, { 'x-min-lsn': '0/20' })
    expect([reply.status, reply.source, reply.own('x-synced')]).toEqual([200, 'BYPASS', 'false'])
  })

  test('an older answer in place of a failed load says that it does not show the write', async () => {
    const good = memorySearch()
    const index = { isAway: false }
    const search: Partial<CatalogSearch> = {
      search: (query, signal) =>
        index.isAway ? Promise.reject(new Error('away')) : good.search(query, signal),
    }
    const { warm, ask, name, syncPoint } = await useShop(search)
    await warm(path)
    index.isAway = true
    name('w:drive')
    syncPoint.reached('0/20')
    const reply = await ask(path, { 'x-min-lsn': '0/20' })
    expect([reply.source, reply.own('x-synced')]).toEqual(['STALE', 'false'])
  })

  // With the wait before the limit the refusal comes after 2 s.
  test('who asks too often is refused at once, whatever it would wait for', { timeout: 1_500 }, async () => {
    const { ask } = await useShop({}, REFUSE_ALL)
    const reply = await ask(path, { 'x-min-lsn': '0/20', prefer: 'wait=2' })
    expect(reply.status).toBe(429)
  })

  test('a position that cannot be read is the fault of who sends it', async () => {
    const { ask } = await useShop()
    const reply = await ask(path, { 'x-min-lsn': 'soon' })
    expect([reply.status, JSON.parse(reply.body)]).toMatchObject([
      400,
      { type: '/problems/bad-request', errors: [{ path: 'x-min-lsn' }] },
    ])
  })
})
