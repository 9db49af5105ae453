/** The limiter of one process with its connection to Redis. */
import { connectRedis } from '../redis/connection.ts'
import { limitKeys } from '../redis/keys.ts'
import { createSharedBuckets, NOTE_EVERY_MS } from '../redis/rate-buckets.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createLimiter, type Limiter } from './limiter.ts'

export type ConnectLimiterOptions = {
  /** Redis of the state: one that evicts would forget who has had enough. */
  readonly url: string
  readonly redisPrefix: string
  /** Names this process. */
  readonly instance: string
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/** Deciding whether somebody may ask must not cost much of the time to answer. */
const TIMEOUT_MS = 50

/** @returns the limiter, and what ends it and its connection */
export function connectLimiter(options: ConnectLimiterOptions): { limiter: Limiter; close: () => void } {
  const connection = connectRedis(
    {
      url: options.url,
      name: 'aisle-limits',
      commandTimeoutMs: TIMEOUT_MS,
      pipelining: true,
      onError: () => undefined, // every request that had to do without is counted
    },
    options.random,
  )
  const limiter = createLimiter({
    shared: createSharedBuckets(connection, limitKeys(options.redisPrefix), options.instance),
    now: options.now,
    onLocal: options.metrics.counter('http_limits_local_total', {}),
  })
  connection.on('ready', limiter.countInstances)
  const counting = setInterval(limiter.countInstances, NOTE_EVERY_MS).unref()
  return {
    limiter,
    close: () => {
      clearInterval(counting)
      connection.disconnect()
    },
  }
}
