/** What an operator sees of the cache of one process. */
import type { Metrics } from '../telemetry/metrics.ts'
import type { Audited } from './auditor.ts'
import type { Family } from './expiry.ts'
import type { BoundedFirstTier } from './first-tier.ts'
import type { Lease } from './lease.ts'
import type { RedisTierParts } from './redis-tier.ts'
import type { Source, TwoTierCache, TwoTierParts } from './two-tier.ts'

const GAUGES_MS = 1_000
/** "Never" is infinite, which no scraper draws. */
const LEASE_AGE_SHOWN_MS = 3_600_000

export type CacheCounters = {
  readonly tiers: Required<Pick<TwoTierParts, 'onResult' | 'onRefusal' | 'onRefresh'>>
  readonly l2: Required<Pick<RedisTierParts, 'onRead' | 'onBreaker'>>
  readonly onVerdict: (audited: Audited) => void
}

export function cacheCounters(metrics: Metrics): CacheCounters {
  const results = resultCounters(metrics)
  return {
    tiers: {
      onResult(family, source, loadMs) {
        results[family][source]()
        if (source === 'MISS') metrics.observe('cache_load_seconds', loadMs / 1_000, { family })
      },
      onRefusal: metrics.counter('cache_admission_refused_total', {}),
      onRefresh: metrics.counter('cache_xfetch_total', {}),
    },
    l2: {
      onRead: (ms) => metrics.observe('cache_l2_seconds', ms / 1_000),
      onBreaker: (isOpen) => metrics.set('cache_l2_breaker_open', isOpen ? 1 : 0),
    },
    onVerdict({ verdict, ms }) {
      metrics.count('cache_audit_checked_total', { verdict })
      if (verdict !== 'mismatch') return
      metrics.count('cache_audit_mismatch_total')
      metrics.observe('cache_audit_stale_seconds', ms / 1_000)
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

export type Shown = {
  readonly l1: Pick<BoundedFirstTier, 'size' | 'bytes'>
  readonly cache: Pick<TwoTierCache, 'flights'>
  readonly lease: Lease
  readonly now: () => number
}

/** Set the gauges every second. @returns a function that ends it */
export function showGauges(metrics: Metrics, { l1, cache, lease, now }: Shown): () => void {
  const timer = setInterval(() => {
    const at = now()
    metrics.set('cache_entries', l1.size)
    metrics.set('cache_bytes', l1.bytes)
    metrics.set('cache_flights', cache.flights)
    metrics.set('cache_mode', lease.isFresh(at) ? 1 : 0)
    metrics.set('cache_lease_age_seconds', Math.min(lease.age(at), LEASE_AGE_SHOWN_MS) / 1_000)
  }, GAUGES_MS)
  return () => clearInterval(timer)
}
