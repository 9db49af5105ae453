/** The cache of one api process, put together: both tiers, the log it follows, and what an operator sees of it. */
import { LRUCache } from 'lru-cache'
import { connectRedis } from '../redis/connection.ts'
import { cacheKeys } from '../redis/keys.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { Doorkeeper } from './doorkeeper.ts'
import { type Entry, entryBytes } from './entry.ts'
import type { Family } from './expiry.ts'
import { Lease } from './lease.ts'
import { BLOCK_MS, followLog } from './log-reader.ts'
import { createRedisTier } from './redis-tier.ts'
import { type Source, TwoTierCache } from './two-tier.ts'
import { Watermark } from './watermark.ts'

export type AnswerCacheOptions = {
  /** Redis of the invalidation log. */
  readonly stateUrl: string
  /** Redis of the second tier; may be the same. */
  readonly cacheUrl: string
  readonly redisPrefix: string
  /** Bound of the first tier, bytes. */
  readonly maxBytes: number
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly freshEpoch: () => string
}

export type AnswerCache = {
  readonly cache: TwoTierCache
  /** Names the life of the log, for entity tags; null before the first contact. */
  readonly epoch: () => string | null
  /** Settles when the log was read once, or could not be for 5 s: the cache is ready in its short mode then. */
  readonly ready: Promise<void>
  /** Resolves when the Redis of the second tier answers. @throws Error when it does not */
  ping(): Promise<unknown>
  /** Follow the log until the signal aborts, then disconnect. */
  run(signal: AbortSignal): Promise<void>
}

/** A miss in the second tier must not cost more than this. */
const DATA_TIMEOUT_MS = 50
const LOG_ROOM_MS = 600
const READY_PATIENCE_MS = 5_000
const GAUGES_MS = 1_000

export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { metrics, now, random } = options
  const onError = () => metrics.count('cache_redis_errors_total')
  const data = connectRedis(
    {
      url: options.cacheUrl,
      name: 'aisle-cache',
      commandTimeoutMs: DATA_TIMEOUT_MS,
      pipelining: true,
      onError,
    },
    random,
  )
  const log = connectRedis(
    {
      url: options.stateUrl,
      name: 'aisle-log',
      commandTimeoutMs: BLOCK_MS + LOG_ROOM_MS,
      pipelining: false,
      onError,
    },
    random,
  )
  const keys = cacheKeys(options.redisPrefix)
  const watermark = new Watermark()
  const lease = new Lease()
  const l1 = new LRUCache<string, Entry>({
    maxSize: options.maxBytes,
    sizeCalculation: (entry, key) => entryBytes(key, entry),
  })
  const counters = resultCounters(metrics)
  const nonZero = () => 1 - random() // (0, 1]: its logarithm is taken
  const cache = new TwoTierCache({
    l1,
    l2: createRedisTier({ connection: data, keys, now, random: nonZero, onFailure: onError }),
    watermark,
    lease,
    doorkeeper: new Doorkeeper(now()),
    now,
    random: nonZero,
    onResult: (family, source) => counters[family][source](),
  })
  const firstRead = Promise.withResolvers<void>()
  const reader = {
    connection: log,
    keys,
    watermark,
    lease,
    now,
    freshEpoch: options.freshEpoch,
    onReset: (reason: string) => {
      cache.clear()
      metrics.count('cache_resets_total', { reason })
    },
    onFirstRead: () => firstRead.resolve(),
    onError,
  }
  return {
    cache,
    epoch: () => watermark.epoch,
    ready: Promise.race([firstRead.promise, patience(READY_PATIENCE_MS)]),
    ping: () => data.ping(),
    async run(signal) {
      const gauges = setInterval(() => {
        metrics.set('cache_entries', l1.size)
        metrics.set('cache_bytes', l1.calculatedSize)
        metrics.set('cache_lease_age_seconds', Math.min(lease.age(now()), LEASE_AGE_SHOWN_MS) / 1_000)
      }, GAUGES_MS)
      await followLog(reader, signal)
      clearInterval(gauges)
      data.disconnect()
      log.disconnect()
    },
  }
}

/** A counter for each family and each way in which an answer comes about. */
function resultCounters(metrics: Metrics): Record<Family, Record<Source, () => void>> {
  const of = (family: Family) => {
    const counter = (result: Source) => metrics.counter('cache_requests_total', { family, result })
    return {
      'HIT-L1': counter('HIT-L1'),
      'HIT-L2': counter('HIT-L2'),
      MISS: counter('MISS'),
      STALE: counter('STALE'),
    }
  }
  return { suggest: of('suggest'), search: of('search'), item: of('item') }
}

/** "Never" is infinite, which no scraper draws. */
const LEASE_AGE_SHOWN_MS = 3_600_000

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
