/**
 * Promise 3 under faults: no cached answer is staler than the bound, whatever happens to Redis, to a node or to
 * the publisher, and no read fails for want of Redis.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { LEASE_MS } from '../../src/cache/lease.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { randomBy } from '../support/random.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { CacheCity } from './cache-city.ts'

const DURATION_MS = IS_SOAK ? 1_200_000 : 25_000
const NODES = 3
/** The lease, and room for a busy machine between asking and answering. */
const BOUND_MS = LEASE_MS + 200
const SEED = Number(process.env['AISLE_TEST_SEED'] ?? 20_261_125)

const server = await useRedisServer()

async function command(run: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(server.url, { commandTimeout: 1_000 })
  redis.on('error', () => undefined)
  await run(redis).catch(() => undefined)
  redis.disconnect()
}

test('cache-fault: no answer is staler than the lease while Redis, nodes and publisher fail at random', {
  timeout: DURATION_MS + 60_000,
}, async () => {
  const random = randomBy(SEED)
  const city = new CacheCity(server.url, random, BOUND_MS)
  await city.start(NODES)
  const counts: Record<string, number> = {}
  const faults: Record<string, () => Promise<void>> = {
    'connections cut': () => command((redis) => redis.call('CLIENT', 'KILL', 'TYPE', 'normal')),
    'frozen server': async () => {
      server.freeze()
      await sleep(1_000 + random() * 3_000)
      server.thaw()
    },
    'node restart': async () => city.startNode(Math.floor(random() * NODES)),
    flush: () => command((redis) => redis.flushall()),
    'server killed, back empty': () => server.killAndRestart(),
    'stalled publisher': () => city.stallPublisher(3_000),
    'killed publisher': async () => {
      city.killPublisher()
      await sleep(200)
      await city.startPublisher()
    },
  }
  const names = Object.keys(faults)
  const endsAt = performance.now() + DURATION_MS
  for (let turn = 0; performance.now() < endsAt; turn++) {
    await sleep(800 + random() * 700)
    // Each fault once, then at random.
    const name = names[turn < names.length ? turn : Math.floor(random() * names.length)] ?? ''
    counts[name] = (counts[name] ?? 0) + 1
    await faults[name]?.()
  }
  const found = await city.end()
  process.stdout.write(`seed ${SEED}: ${JSON.stringify({ ...found, ...counts })}\n`)
  expect(found.failed).toBe(0)
  expect(found.over).toBe(0)
  expect(found.hits).toBeGreaterThan(found.reads / 10)
})

test('cache-fault-mutant: without a log, DEL and pub/sub exceed the bound in the same city', async () => {
  const city = new CacheCity(server.url, randomBy(SEED), BOUND_MS, 'del_and_pubsub')
  await city.start(NODES)
  await waitFor('answers come from the cache', () => city.found.hits > 1_000)
  server.freeze()
  try {
    await waitFor('an answer is too stale', () => city.found.over > 0, { deadlineMs: 30_000 })
  } finally {
    server.thaw()
    const found = await city.end()
    process.stdout.write(`DEL and pub/sub: ${JSON.stringify(found)}\n`)
  }
})
