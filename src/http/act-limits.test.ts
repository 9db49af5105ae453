import type { IncomingMessage } from 'node:http'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { createLimiter } from '../limits/limiter.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { type Act, type ActRates, createActLimits } from './act-limits.ts'
import { createClientOf } from './client-address.ts'
import type { AppEnv } from './context.ts'

import { problemHeaders, problemOf } from './problem-reply.ts'

const per = (limit: number) => ({ limit, periodMs: 10_000, burst: limit })
const RATES: ActRates = {
  hold: { customer: per(4), address: per(5) },
  order: { customer: per(2), address: per(20) },
  guest: { customer: null, address: per(2) },
  stream: { customer: null, address: per(2) },
}
const PROXY = { incoming: { socket: { remoteAddress: '127.0.0.1' } } as IncomingMessage }

/** Acts counted in memory alone, on a clock that stands still until a test moves it. */
function limited() {
  const state = { now: 0 }
  const limiter = createLimiter({
    shared: { take: () => Promise.reject(new Error('away')), countInstances: () => Promise.resolve(1) },
    now: () => state.now,
    onLocal: () => undefined,
  })
  const metrics = createMetrics(['http_'])
  const acts = createActLimits({ limiter, actRates: RATES, clientOf: createClientOf(['127.0.0.1']), metrics })
  const app = new Hono<AppEnv>()
  app.get('/:act/:subject?', async (c) => {
    const subject = c.req.param('subject') ?? null
    return c.json({}, 200, { ...(await acts.take(c, c.req.param('act') as Act, subject)) })
  })
  app.onError((thrown, c) => c.json({}, 429, problemHeaders(problemOf(thrown))))
  const ask = async (path: string, address?: string) => {
    const headers = address === undefined ? {} : { 'x-forwarded-for': address }
    return await app.request(path, { headers }, PROXY)
  }
  const statuses = async (count: number, path: string, address?: string) => {
    const seen: number[] = []
    for (let i = 0; i < count; i++) seen.push((await ask(path, address)).status)
    return seen
  }
  return { state, ask, statuses, metrics }
}

test('a customer acts as often as the rate says, from whatever address, and others are not refused', async () => {
  const { statuses } = limited()
  expect(await statuses(3, '/hold/ann', '203.0.113.1')).toEqual([200, 200, 200])
  expect(await statuses(2, '/hold/ann', '203.0.113.2')).toEqual([200, 429])
  expect(await statuses(1, '/hold/bob', '203.0.113.2')).toEqual([200])
})

test('an address has its bound, and the refusals of one customer take nothing from it', async () => {
  const { statuses } = limited()
  expect(await statuses(9, '/hold/ann', '203.0.113.1')).toEqual([200, 200, 200, 200, 429, 429, 429, 429, 429])
  expect(await statuses(2, '/hold/bob', '203.0.113.1')).toEqual([200, 429])
})

test('acts of one kind take nothing from those of another', async () => {
  const { statuses } = limited()
  await statuses(5, '/hold/ann')
  expect(await statuses(3, '/order/ann')).toEqual([200, 200, 429])
})

test('nobody who is known yet is counted by the address alone, and not at all where no proxy names it', async () => {
  const { statuses } = limited()
  expect(await statuses(3, '/guest', '203.0.113.1')).toEqual([200, 200, 429])
  expect(await statuses(5, '/guest')).toEqual([200, 200, 200, 200, 200])
})

test('a reply tells what is left of each limit, and a refusal when to come back', async () => {
  const { state, ask, statuses, metrics } = limited()
  const first = await ask('/hold/ann', '203.0.113.1')
  expect(Object.fromEntries(first.headers)).toMatchObject({
    'ratelimit-policy': '"hold";q=4;w=10, "hold-address";q=5;w=10',
    ratelimit: '"hold";r=3;t=3, "hold-address";r=4;t=2',
  })
  await statuses(3, '/hold/ann', '203.0.113.1')
  const refused = await ask('/hold/ann', '203.0.113.1')
  expect(refused.status).toBe(429)
  expect(Object.fromEntries(refused.headers)).toMatchObject({
    'retry-after': '3',
    'ratelimit-policy': '"hold";q=4;w=10',
    ratelimit: '"hold";r=0;t=10',
  })
  expect(await metrics.text()).toContain('http_refused_total{class="cart",reason="rate"} 1')
  state.now += 2_500
  expect(await statuses(2, '/hold/ann', '203.0.113.1')).toEqual([200, 429])
})
