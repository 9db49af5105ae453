/** Two nodes of our cache and the publisher of the indexer, put together from the code of the product. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AnswerCache, createAnswerCache } from '../src/cache/answer-cache.ts'
import { LogWriter } from '../src/cache/log-writer.ts'
import type { Cached } from '../src/cache/two-tier.ts'
import { TAG_ALL } from '../src/cache/watermark.ts'
import { connectRedis } from '../src/redis/connection.ts'
import { cacheKeys } from '../src/redis/keys.ts'
import { createMetrics } from '../src/telemetry/metrics.ts'
import type { CacheNode, RacedCache } from './raced-cache.ts'

/** As the indexer beats. */
const BEAT_MS = 300
const BYTES = 50_000_000
const COMMAND_MS = 1_000

export type OurCache = RacedCache & {
  readonly caches: readonly [AnswerCache, AnswerCache]
  /** Through both tiers. */
  load(node: 0 | 1, key: string, value: () => Promise<string>): Promise<Cached>
}

/** Tags of an answer: three, as a search for a word carries. */
export const tagsOf = (key: string): string[] => [TAG_ALL, 'w:?', `k:${key}`]

export async function startOurCache(redisUrl: string): Promise<OurCache> {
  const stop = new AbortController()
  const prefix = `bench_${randomUUID()}:`
  const publisher = startPublisher(redisUrl, prefix, stop.signal)
  const caches = [startNode(redisUrl, prefix), startNode(redisUrl, prefix)] as const
  const following = caches.map((cache) => cache.run(stop.signal))
  await Promise.all(caches.map((cache) => cache.ready))
  await sleep(3 * BEAT_MS) // a lease comes with the first heartbeats
  const never = new AbortController().signal
  const load: OurCache['load'] = (node, key, value) =>
    caches[node].cache.getOrLoad(
      {
        key,
        family: 'suggest',
        mayCarry: tagsOf(key),
        load: async () => ({
          tags: tagsOf(key),
          status: 200,
          headers: {},
          body: await value(),
          kind: 'hit',
          isStorable: true,
        }),
      },
      never,
    )
  const nodeOf = (node: 0 | 1): CacheNode => ({
    read: async (key, value) => (await load(node, key, value)).entry.body.toString(),
    hit: (key) => caches[node].cache.peek(key, 'suggest'),
  })
  return {
    name: 'ours',
    caches,
    load,
    nodes: [nodeOf(0), nodeOf(1)],
    forget: (key) => publisher.publish([publisher.sending()], [{ verb: 'expire', tags: [`k:${key}`] }]),
    stop: async () => {
      stop.abort()
      await Promise.all(following)
    },
  }
}

function startNode(redisUrl: string, redisPrefix: string): AnswerCache {
  return createAnswerCache({
    stateUrl: redisUrl,
    cacheUrl: redisUrl,
    redisPrefix,
    maxBytes: BYTES,
    metrics: createMetrics(['cache_']),
    now: () => performance.now(),
    random: Math.random,
    freshEpoch: randomUUID,
  })
}

function startPublisher(url: string, prefix: string, signal: AbortSignal): LogWriter {
  const options = { url, name: 'bench-log', commandTimeoutMs: COMMAND_MS, pipelining: false }
  const connection = connectRedis({ ...options, onError: () => undefined }, Math.random)
  const parts = { connection, keys: cacheKeys(prefix), freshEpoch: randomUUID, lsn: () => '0/0' }
  const writer = new LogWriter(parts)
  void writer.run(signal)
  const beats = setInterval(() => {
    writer.beat().catch(() => undefined) // without a beat the lease ages, as it has to
  }, BEAT_MS)
  signal.addEventListener('abort', () => {
    clearInterval(beats)
    connection.disconnect()
  })
  return writer
}
