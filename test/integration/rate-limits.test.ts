/**
 * Limits per client over several processes: never more than the limit and one burst together; while Redis does not
 * answer at most twice that; a known offender costs Redis nothing; what is in memory is given to everybody.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Rate } from '../../src/limits/gcra.ts'
import { createLimiter } from '../../src/limits/limiter.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { limitKeys } from '../../src/redis/keys.ts'
import { createSharedBuckets } from '../../src/redis/rate-buckets.ts'
import { useDatabase } from '../support/database.ts'
import { bearerOf } from '../support/identity.ts'
import { fillItemsIndex } from '../support/index-fixture.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useElasticsearch } from '../support/search-fixture.ts'
import { fillShop } from '../support/shop-catalogue.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('rate_limits')
const client = useElasticsearch(database.elasticsearchUrl)
const proxy = await startTcpProxy(database.redisUrl)
/** As configured without a word: items, 20 a second. */
const PER_SECOND = 20
const BURST = 60
const PRESS_MS = 1_000
const LANES = 4
let apis: RunningProcess[] = []

beforeAll(async () => {
  await fillShop(database.pool)
  await fillItemsIndex(client, database.pool, database.namespace)
  const env = {
    ...database.env,
    REDIS_URL: proxy.url,
    AISLE_LOG_LEVEL: 'warn',
    AISLE_ITEM_DEADLINE_MS: '5000',
    ...{ AISLE_HOLD_RATE: '10', AISLE_ORDER_RATE: '20' }, // as configured without a word
  }
  apis = await Promise.all([startProcess('api', env), startProcess('api', env)])
})

afterAll(async () => {
  await Promise.all(apis.map((api) => api.stop()))
  await proxy.close()
})

let asked = 0

/** Ask for something that no memory holds. */
const askAs = (client: string, api: RunningProcess | undefined) => {
  asked += 1
  return fetch(`${api?.url}/v1/items/${1_000_000 + asked}`, { headers: { 'x-forwarded-for': client } })
}

/** One client asks all processes as often as it can. @returns how often it was let in, and the seconds that took */
async function press(client: string): Promise<{ granted: number; refused: number; seconds: number }> {
  const beganAt = performance.now()
  const statuses: number[] = []
  const lane = async (api: RunningProcess) => {
    while (performance.now() - beganAt < PRESS_MS) {
      const reply = await askAs(client, api)
      await reply.arrayBuffer()
      statuses.push(reply.status)
    }
  }
  await Promise.all(apis.flatMap((api) => Array.from({ length: LANES }, () => lane(api))))
  const refused = statuses.filter((status) => status === 429).length
  return { granted: statuses.length - refused, refused, seconds: (performance.now() - beganAt) / 1_000 }
}

test('two processes together let one client in as often as the limit and one burst say', async () => {
  // A Redis that a busy machine keeps from answering within 50 ms is one that does not answer: see below.
  const { granted, refused, seconds } = await waitFor('a press that Redis alone decided', async () => {
    const before = await countedLocally()
    const pressed = await press(`203.0.113.${100 + (asked % 100)}`)
    return (await countedLocally()) === before && pressed
  })
  expect(granted).toBeLessThanOrEqual(BURST + PER_SECOND * seconds)
  expect(granted).toBeGreaterThanOrEqual(BURST)
  expect(refused).toBeGreaterThan(0)
})

test('who had too much is told when to come back, and nobody else is refused', async () => {
  await press('203.0.113.2')
  const reply = await waitFor('a refusal', async () => {
    const seen = await askAs('203.0.113.2', apis[0])
    return seen.status === 429 && seen
  })
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    'retry-after': '1',
    'ratelimit-policy': `"item";q=${BURST};w=3`,
    ratelimit: '"item";r=0;t=3',
    'content-type': 'application/problem+json',
  })
  expect(await reply.json()).toMatchObject({ type: '/problems/rate-limited', status: 429 })
  const other = await askAs('203.0.113.3', apis[0])
  expect([other.status, other.headers.get('ratelimit')]).toEqual([404, `"item";r=${BURST - 1};t=1`])
})

test('an answer from memory is given to who has had too much', async () => {
  await press('203.0.113.4')
  await waitFor('a hit', async () => {
    const reply = await fetch(`${apis[0]?.url}/v1/items/7`)
    return reply.headers.get('x-cache') === 'HIT-L1' && (await isRefusedBesideAHit('203.0.113.4'))
  })
})

/** Whether a client is refused what is not in memory at the moment in which it gets what is. */
async function isRefusedBesideAHit(client: string): Promise<boolean> {
  const headers = { 'x-forwarded-for': client }
  const [hit, refused] = await Promise.all([
    fetch(`${apis[0]?.url}/v1/items/7`, { headers }),
    askAs(client, apis[0]),
  ])
  if (refused.status !== 429 || hit.headers.get('x-cache') !== 'HIT-L1') return false
  expect(hit.status).toBe(200)
  return true
}

test('while Redis does not answer, two processes let one client in at most twice as often', async () => {
  proxy.setMode('refuse')
  proxy.reset()
  const { granted, refused, seconds } = await press('203.0.113.5')
  expect(granted).toBeLessThanOrEqual(2 * (BURST + PER_SECOND * seconds))
  expect(granted).toBeGreaterThan(0)
  expect(refused).toBeGreaterThan(0)
  expect(await countedLocally()).toBeGreaterThan(0)
  proxy.setMode('pass')
  await waitFor('Redis decides again', async () => {
    const before = await countedLocally()
    await askAs('203.0.113.6', apis[0])
    await sleep(10)
    return (await countedLocally()) === before
  })
})

/** One customer after the other, each call to another process. @returns statuses and the last reply */
async function actAs(subject: string, calls: number, method: string, path: string, address = '203.0.113.20') {
  const authorization = await bearerOf(subject, 'guest', database.namespace)
  const statuses: number[] = []
  let last: Response | undefined
  for (let i = 0; i < calls; i++) {
    const headers = { authorization, 'content-type': 'application/json', 'x-forwarded-for': address }
    const body = method === 'POST' ? '{"lines":[{"sku":"GHOST","qty":1}]}' : null
    last = await fetch(`${apis[i % 2]?.url}${path}`, { method, headers, body })
    await last.arrayBuffer()
    statuses.push(last.status)
  }
  return { refused: statuses.filter((status) => status === 429).length, last }
}

test('two processes let a customer ask for ten holds in ten seconds, and pay, give back and cancel meanwhile', async () => {
  const decidedByRedis = await waitFor('acts that Redis alone decided', async () => {
    const before = await countedLocally()
    asked += 1
    const subject = `guest:${asked}`
    const holds = await actAs(subject, 13, 'POST', '/v1/holds')
    const release = await actAs(subject, 4, 'DELETE', '/v1/holds/0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01')
    return (await countedLocally()) === before && { holds, release }
  })
  const { holds, release } = decidedByRedis
  expect([1, 2, 3]).toContain(holds.refused) // a token comes back each second
  expect(release.refused).toBe(0)
  expect(release.last?.headers.get('ratelimit-policy')).toBe('"order";q=20;w=10, "order-address";q=120;w=10')
})

test('an address makes ten guests a minute, and another address its own', async () => {
  const begin = async (address: string) => {
    const headers = { 'x-forwarded-for': address }
    return await fetch(`${apis[0]?.url}/v1/sessions/guest`, { method: 'POST', headers })
  }
  const replies: Response[] = []
  for (let i = 0; i < 11; i++) replies.push(await begin('203.0.113.30'))
  const refused = replies.at(-1)
  expect(replies.map(({ status }) => status).slice(0, 5)).toEqual([201, 201, 201, 201, 201])
  expect(refused?.status).toBe(429)
  expect(Object.fromEntries(refused?.headers ?? [])).toMatchObject({
    'retry-after': expect.stringMatching(/^[1-6]$/),
    'ratelimit-policy': '"guest-address";q=10;w=60',
  })
  expect((await begin('203.0.113.31')).status).toBe(201)
})

/** Requests of both processes whose limit was counted without Redis. */
async function countedLocally(): Promise<number> {
  const counts = apis.map(async ({ url }) => {
    const metrics = await (await fetch(`${url}/metrics`)).text()
    return Number(/^http_limits_local_total (\d+)/m.exec(metrics)?.[1] ?? 0)
  })
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

test('four limiters keep one limit, and an offender that is known costs Redis no command', async () => {
  const rate: Rate = { limit: 50, periodMs: 1_000, burst: 25 }
  const four = Array.from({ length: 4 }, (_, i) => countingLimiter(`limiter-${i}`))
  await waitFor('all have found Redis', async () => {
    await Promise.all(four.map(({ connection }) => connection.ping()))
    return true
  })
  const beganAt = performance.now()
  let [granted, takes] = [0, 0]
  const lane = async ({ limiter }: (typeof four)[number]) => {
    while (performance.now() - beganAt < PRESS_MS) {
      const verdict = await limiter.take('somebody', rate)
      takes += 1
      if (verdict.outcome === 'allowed') granted += 1
      if (takes % 50 === 0) await sleep(1) // a refusal from memory gives the loop no turn
    }
  }
  await Promise.all(four.map(lane))
  const seconds = (performance.now() - beganAt) / 1_000
  for (const { connection } of four) connection.disconnect()
  expect(four.map(({ counts }) => counts.local)).toEqual([0, 0, 0, 0])
  expect(granted).toBeLessThanOrEqual(rate.burst + rate.limit * seconds)
  expect(granted).toBeGreaterThan(rate.burst)
  // Each limiter asks once for every token that comes back, and refuses from memory until the next.
  const commands = four.reduce((sum, { counts }) => sum + counts.commands, 0)
  expect(commands).toBeLessThan(rate.burst + 6 * rate.limit * seconds)
  expect(takes).toBeGreaterThan(10 * rate.limit * seconds)
})

/** A limiter of its own connection, and what it asked. */
function countingLimiter(instance: string) {
  const counts = { commands: 0, local: 0 }
  const connection = connectRedis(
    {
      url: database.redisUrl,
      name: instance,
      commandTimeoutMs: 5_000,
      pipelining: true,
      onError: () => undefined,
    },
    Math.random,
  )
  const buckets = createSharedBuckets(connection, limitKeys(`${database.namespace}:`), instance)
  const limiter = createLimiter({
    shared: {
      ...buckets,
      take: (...asks) => {
        counts.commands += 1
        return buckets.take(...asks)
      },
    },
    now: () => performance.now(),
    onLocal: () => {
      counts.local += 1
    },
  })
  return { limiter, connection, counts }
}
