/** The cache of one api process, put together: both tiers, the log it follows, and what an operator sees of it. */
import { connectRedis, type Redis } from '../redis/connection.ts'
import { cacheKeys } from '../redis/keys.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type Audited, type AuditParts, audit } from './auditor.ts'
import { cacheCounters, showGauges } from './cache-metrics.ts'
import { Doorkeeper } from './doorkeeper.ts'
import { createFirstTier } from './first-tier.ts'
import { createHotList, HOT_MAX } from './hot-list.ts'
import { HotUrls } from './hot-urls.ts'
import { Lease } from './lease.ts'
import type { LogPosition } from './log-position.ts'
import { BLOCK_MS, followLog } from './log-reader.ts'
import { createRedisTier } from './redis-tier.ts'
import { SyncPoint } from './sync-point.ts'
import { itemTag } from './tags.ts'
import { TwoTierCache } from './two-tier.ts'
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
  readonly syncPoint: SyncPoint
  /** What is asked of this process; written to the shared list every minute and at the end. */
  readonly hot: HotUrls
  /** Hottest URLs of all processes, most first. @throws Error when Redis does not answer */
  readHot(): Promise<string[]>
  /** Everything visible is known to be invalidated: both tiers are believed. */
  isFresh(): boolean
  /** Names the life of the log, for entity tags; null before the first contact. */
  readonly epoch: () => string | null
  /** Whether a record after `since` may have removed this item; true as well where that cannot be known. */
  readonly mayBeRemoved: (since: LogPosition | null, itemId: string) => boolean
  /** Settles when the log was read once, or could not be for 5 s: the cache is ready in its short mode then. */
  readonly ready: Promise<void>
  /** Resolves when the Redis of the second tier answers. @throws Error when it does not */
  ping(): Promise<unknown>
  /** Follow the log until the signal aborts, then disconnect. */
  run(signal: AbortSignal): Promise<void>
  /** Compare what is held with what would be answered now, until the signal aborts. What is wrong is dropped. */
  audit(parts: AuditOptions, signal: AbortSignal): Promise<void>
}

export type AuditOptions = Pick<AuditParts, 'reload' | 'differs' | 'isBusy' | 'everyMs'> & {
  /** Position in the change stream after every commit before the call. @throws when it cannot be read */
  readonly committed: () => Promise<bigint>
  /** An answer that was served for longer than the bound after the index said something else. */
  readonly onMismatch: (found: Audited) => void
}

/** A miss in the second tier must not cost more than this. */
const DATA_TIMEOUT_MS = 50
const LOG_ROOM_MS = 600
const READY_PATIENCE_MS = 5_000
const HOT_EVERY_MS = 60_000

export function createAnswerCache(options: AnswerCacheOptions): AnswerCache {
  const { metrics, now, random } = options
  const onError = () => metrics.count('cache_redis_errors_total')
  const { data, log } = connections(options, onError)
  const keys = cacheKeys(options.redisPrefix)
  const watermark = new Watermark()
  const lease = new Lease()
  const syncPoint = new SyncPoint()
  const l1 = createFirstTier(options.maxBytes)
  const nonZero = () => 1 - random() // (0, 1]: its logarithm is taken
  const counters = cacheCounters(metrics)
  const l2 = createRedisTier({
    connection: data,
    keys,
    now,
    random: nonZero,
    onFailure: onError,
    ...counters.l2,
  })
  const doorkeeper = new Doorkeeper(now())
  const cache = new TwoTierCache({
    l1,
    l2,
    watermark,
    lease,
    doorkeeper,
    now,
    random: nonZero,
    ...counters.tiers,
  })
  const hot = new HotUrls()
  const hotList = createHotList(data, keys.hot)
  const writeHot = () => hotList.add(hot.take(HOT_MAX)).catch(onError)
  const firstRead = Promise.withResolvers<void>()
  const reader = {
    ...{ connection: log, keys, watermark, lease, syncPoint, now, onError },
    freshEpoch: options.freshEpoch,
    onReset: (reason: string) => {
      cache.clear()
      metrics.count('cache_resets_total', { reason })
    },
    onFirstRead: () => firstRead.resolve(),
    onBehind: (records: number) => metrics.set('cache_log_lag_records', records),
  }
  return {
    ...{ cache, syncPoint, hot },
    readHot: () => hotList.read(),
    isFresh: () => lease.isFresh(now()),
    epoch: () => watermark.epoch,
    mayBeRemoved: (since, itemId) =>
      since === null ||
      since.epoch !== watermark.epoch ||
      !lease.isFresh(now()) ||
      watermark.isRemoved(since.seq, [itemTag(itemId)]),
    ready: Promise.race([firstRead.promise, patience(READY_PATIENCE_MS)]),
    ping: () => data.ping(),
    async run(signal) {
      const stopShowing = showGauges(metrics, { l1, cache, lease, now })
      const writing = setInterval(writeHot, HOT_EVERY_MS)
      await followLog(reader, signal)
      clearInterval(writing)
      stopShowing()
      await writeHot()
      data.disconnect()
      log.disconnect()
    },
    audit({ committed, onMismatch, ...parts }, signal) {
      const onVerdict = (audited: Audited) => {
        counters.onVerdict(audited)
        if (audited.verdict !== 'mismatch') return
        cache.discard(audited.key)
        onMismatch(audited)
      }
      const catchUp = async (ms: number) => syncPoint.wait(await committed(), ms)
      return audit({ ...parts, l1, watermark, lease, now, random, catchUp, onVerdict }, signal)
    },
  }
}

/** One for short commands, one that blocks on the log. */
function connections(options: AnswerCacheOptions, onError: () => void): { data: Redis; log: Redis } {
  const connect = (url: string, name: string, commandTimeoutMs: number, pipelining: boolean) =>
    connectRedis({ url, name, commandTimeoutMs, pipelining, onError }, options.random)
  return {
    data: connect(options.cacheUrl, 'aisle-cache', DATA_TIMEOUT_MS, true),
    log: connect(options.stateUrl, 'aisle-log', BLOCK_MS + LOG_ROOM_MS, false),
  }
}

function patience(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
