/** Reading goes on while the Redis of cached answers stands still: the second tier costs 50 ms at most, then nothing. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAnswerCache } from '../../src/cache/answer-cache.ts'
import { LogWriter } from '../../src/cache/log-writer.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { loadedAnswer } from '../support/cache-node.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'

const server = await useRedisServer()
const stop = new AbortController()
const metrics = createMetrics(['cache_'])
/** Turned forward, so that the test does not wait for the breaker. */
const clock = { aheadMs: 0 }
const redisPrefix = `t_${randomUUID()}:`
const answers = createAnswerCache({
  ...{ stateUrl: server.url, cacheUrl: server.url, redisPrefix, metrics },
  maxBytes: 1_000_000,
  now: () => performance.now() + clock.aheadMs,
  random: () => 0.5,
  freshEpoch: randomUUID,
})
let following: Promise<void> | undefined

beforeAll(async () => {
  following = answers.run(stop.signal)
  const options = { url: server.url, name: 'publisher', commandTimeoutMs: 1_000, pipelining: false }
  const connection = connectRedis({ ...options, onError: () => undefined }, Math.random)
  const parts = { connection, keys: cacheKeys(redisPrefix), freshEpoch: randomUUID, lsn: () => '0/0' }
  const writer = new LogWriter(parts)
  void writer.run(stop.signal)
  const beats = setInterval(() => {
    writer.beat().catch(() => undefined)
  }, 100)
  stop.signal.addEventListener('abort', () => {
    clearInterval(beats)
    connection.disconnect()
  })
  await waitFor('the cache is fresh', () => answers.isFresh())
})

afterAll(async () => {
  server.thaw()
  stop.abort()
  await following
})

const ask = async (key: string, isHot = false) => {
  const load = () => Promise.resolve(loadedAnswer(key))
  const request = { key, family: 'search', mayCarry: ['all', 't'], load, isHot } as const
  const { source } = await answers.cache.getOrLoad(request, stop.signal)
  return source
}
const metricValue = async (metric: string) =>
  Number(new RegExp(`^${metric} (\\S+)$`, 'm').exec(await metrics.text())?.[1])

test('whether an item was removed is not known without a lease, nor of another life of the log', () => {
  const [seq, epoch] = [Number.MAX_SAFE_INTEGER, answers.epoch() ?? '']
  expect(answers.mayBeRemoved({ epoch, seq }, '1')).toBe(false)
  expect(answers.mayBeRemoved(null, '1')).toBe(true)
  expect(answers.mayBeRemoved({ epoch: 'another', seq }, '1')).toBe(true)
  clock.aheadMs = 2_000
  expect(answers.mayBeRemoved({ epoch, seq }, '1')).toBe(true)
  clock.aheadMs = 0
})

describe('cache-l2-down: Redis stands still', () => {
  test('hits go on, misses wait 50 ms for it a few times and then not at all, and it is used again later', async () => {
    await ask('hot', true)
    server.freeze()
    expect(answers.cache.peek('hot', 'search')?.body.toString()).toBe('hot')
    let misses = 0
    const longest = await waitFor('the breaker opens', async () => {
      const askedAt = performance.now()
      expect(await ask(`cold ${misses++}`)).toBe('MISS')
      const ms = performance.now() - askedAt
      expect(ms).toBeLessThan(1_000) // 50, and a busy machine
      return (await metricValue('cache_l2_breaker_open')) === 1 && ms
    })
    expect(longest).toBeGreaterThan(0)
    expect(answers.cache.peek('hot', 'search')?.body.toString()).toBe('hot')

    const failures = await metricValue('cache_redis_errors_total')
    for (let i = 0; i < 200; i++) expect(await ask(`colder ${i}`)).toBe('MISS')
    // Not one of them has asked Redis; the log's own connection may have failed meanwhile.
    expect((await metricValue('cache_redis_errors_total')) - failures).toBeLessThan(10)

    server.thaw()
    clock.aheadMs = 5_000
    let tries = 0
    await waitFor('the second tier is used', async () => {
      const key = `again ${tries++}`
      await ask(key)
      return (await ask(key)) === 'HIT-L2'
    })
    expect(await metricValue('cache_l2_breaker_open')).toBe(0)
  })
})
