/**
 * How often one client may ask, over all processes together. Invariants, proven in
 * `test/integration/rate-limits.test.ts`:
 * 1. Over any time, all processes grant one client at most what the limit gives in it, and one burst.
 * 2. A client that was told to wait is answered from memory until then: Redis hears nothing of it.
 * 3. While Redis does not answer, each process grants its share of the limit by the same arithmetic: together at
 *    most twice the limit, because the buckets in memory begin full.
 */
import { LRUCache } from 'lru-cache'
import type { SharedBuckets } from '../redis/rate-buckets.ts'
import { type Rate, shareOf, takeTokens, type Verdict } from './gcra.ts'

export type Limiter = {
  /**
   * Take one token.
   * @param bucket class and client
   * @returns at once what is known here, else a promise of what Redis says; it never rejects
   */
  take(bucket: string, rate: Rate): Verdict | Promise<Verdict>
  /** Learn how many processes there are; what was known stays where Redis does not answer. Call it now and then. */
  countInstances(): Promise<void>
}

export type LimiterParts = {
  readonly shared: SharedBuckets
  /** Monotonic ms. */
  readonly now: () => number
  /** Redis did not answer, and memory did. */
  readonly onLocal: () => void
}

/** Clients remembered in memory. One of more than these is asked for again, which costs one command. */
const CLIENTS_MAX = 50_000
/** One late reply is a busy machine; after so many in a row Redis is taken for gone. */
const FAILURES_MAX = 3
/** Then one request after this tries it again, and all others do not wait for it. */
const RETRY_MS = 1_000

export function createLimiter({ shared, now, onLocal }: LimiterParts): Limiter {
  const refusedUntil = new LRUCache<string, number>({ max: CLIENTS_MAX })
  const arrivals = new LRUCache<string, number>({ max: CLIENTS_MAX })
  let instances = 1
  let failures = 0
  let retryAt = 0

  const remember = (bucket: string, verdict: Verdict): Verdict => {
    if (verdict.outcome === 'limited') refusedUntil.set(bucket, now() + verdict.retryAfterMs)
    return verdict
  }
  const takeHere = (bucket: string, rate: Rate): Verdict => {
    onLocal()
    const { verdict, arrivalMs } = takeTokens(
      shareOf(rate, instances),
      1,
      now(),
      arrivals.get(bucket) ?? null,
    )
    if (arrivalMs !== null) arrivals.set(bucket, arrivalMs)
    return remember(bucket, verdict)
  }
  const takeShared = async (bucket: string, rate: Rate): Promise<Verdict> => {
    try {
      const [outcome, remaining, retryAfterMs] = await shared.take(bucket, rate, 1)
      failures = 0
      return outcome === 'allowed'
        ? { outcome, remaining, retryAfterMs: 0 }
        : remember(bucket, { outcome, remaining: 0, retryAfterMs })
    } catch {
      failures += 1
      retryAt = now() + RETRY_MS
      return takeHere(bucket, rate) // why Redis did not answer is told by what watches it
    }
  }
  return {
    take(bucket, rate) {
      const at = now()
      const until = refusedUntil.get(bucket)
      if (until !== undefined && until > at) {
        return { outcome: 'limited', remaining: 0, retryAfterMs: Math.ceil(until - at) }
      }
      if (failures < FAILURES_MAX) return takeShared(bucket, rate)
      if (at < retryAt) return takeHere(bucket, rate)
      retryAt = at + RETRY_MS // this one tries; who comes meanwhile does not wait
      return takeShared(bucket, rate)
    },
    async countInstances() {
      instances = await shared.countInstances().catch(() => instances)
    },
  }
}
