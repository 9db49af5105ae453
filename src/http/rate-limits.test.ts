import { afterEach, expect, test } from 'vitest'
import type { Verdict } from '../limits/gcra.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { classRates } from './classes.ts'
import { createClientOf } from './client-address.ts'
import { createRateLimits } from './rate-limits.ts'
import { type HttpServer, listen } from './server.ts'
import { startingState } from './state.ts'

let server: HttpServer | undefined
afterEach(async () => {
  await server?.drain(startingState([]), { waitMs: 0, finishMs: 1_000 })
})

const LIMITED: Verdict = { outcome: 'limited', remaining: 0, retryAfterMs: 1_400 }
const CLIENT = { 'x-forwarded-for': '203.0.113.9' }

/** A server whose limiter says the same to everybody, at once or a moment later; the buckets it was asked for. */
async function limitedServer(verdict: Verdict, isAsked = false, trusted = ['127.0.0.0/8']) {
  const buckets: string[] = []
  const metrics = createMetrics(['http_'])
  const limits = createRateLimits({
    limiter: {
      take: (bucket) => {
        buckets.push(bucket)
        return isAsked ? Promise.resolve(verdict) : verdict
      },
      countInstances: () => Promise.resolve(),
    },
    rates: classRates({ suggest: 20, search: 10, item: 20 }),
    clientOf: createClientOf(trusted),
    metrics,
  })
  server = await listen({ fetch: () => new Response('answered') }, '127.0.0.1', 0, { limits })
  const { url } = server
  return { ask: (path: string, headers = {}) => fetch(url + path, { headers }), buckets, metrics }
}

test.each([false, true])(
  'a client over its limit is refused, told at once or by Redis: %s',
  async (isAsked) => {
    const { ask, metrics } = await limitedServer(LIMITED, isAsked)
    const reply = await ask('/v1/suggest?q=a', CLIENT)
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, '2'])
    expect(reply.headers.get('ratelimit-policy')).toBe('"suggest";q=40;w=2')
    expect(await reply.json()).toMatchObject({ type: '/problems/rate-limited', status: 429 })
    expect(await metrics.text()).toContain('http_refused_total{class="suggest",reason="rate"} 1')
  },
)

test('somebody with a browser is refused by a page', async () => {
  const { ask } = await limitedServer(LIMITED)
  const reply = await ask('/search?q=a', CLIENT)
  expect([reply.status, reply.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8'])
  expect(await reply.text()).toContain('try again in a few seconds')
})

test('a client within its limit is answered and told what remains', async () => {
  const { ask } = await limitedServer({ outcome: 'allowed', remaining: 28, retryAfterMs: 0 }, true)
  const reply = await ask('/v1/search?q=a', CLIENT)
  expect([reply.status, await reply.text()]).toEqual([200, 'answered'])
  expect(reply.headers.get('ratelimit')).toBe('"search";r=28;t=1')
})

test('each class has its bucket, and what reaches no server has none', async () => {
  const { ask, buckets } = await limitedServer({ outcome: 'allowed', remaining: 1, retryAfterMs: 0 })
  for (const path of ['/v1/suggest', '/v1/facets/brand', '/item/1', '/livez', '/metrics', '/assets/a.css']) {
    expect((await ask(path, CLIENT)).status).toBe(200)
  }
  expect(buckets).toEqual(['suggest:203.0.113.9', 'search:203.0.113.9', 'item:203.0.113.9'])
})

test('a trusted proxy that names no client is not limited', async () => {
  const { ask, buckets } = await limitedServer(LIMITED)
  expect((await ask('/v1/search?q=a')).status).toBe(200)
  expect(buckets).toEqual([])
})

test('a stranger is limited by its own address, whoever it says it is', async () => {
  const { ask, buckets } = await limitedServer(LIMITED, false, ['192.0.2.1'])
  expect((await ask('/v1/search?q=a', CLIENT)).status).toBe(429)
  expect(buckets).toEqual(['search:127.0.0.1'])
})
