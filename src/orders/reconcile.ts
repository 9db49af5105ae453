/**
 * Reconcile: brings the counts of the gate back to what Postgres has, under traffic, and says what was different.
 *
 * R1 Every change of availability has a version; settle and delta carry it to Redis.
 * R2 A snapshot is one REPEATABLE READ transaction on the primary: availability, version, ids of recent holds.
 * R3 A snapshot older than what Redis has seen is STALE: another one after a random pause, at most 3 times, then the
 *    next round.
 * R4 to R6: `reconcile-plan.ts` and the scripts.
 * A count is never set to what Postgres has now: between reading and writing it would undo admissions.
 */
import type { LRUCache } from 'lru-cache'
import type { Metrics } from '../telemetry/metrics.ts'
import type { StockSnapshot } from './admission.ts'
import { GateUnavailable } from './gate-calls.ts'
import type { GateStock } from './gate-stock.ts'
import {
  type Compared,
  type DriftCause,
  judge,
  type LastPass,
  type LedgerChange,
  passOf,
} from './reconcile-plan.ts'

const RETRIES = 3
/** Pause before another snapshot, 0..20 ms: about the time of one batch of holds. */
const PAUSE_MS = 20
/** SKUs of one snapshot: more are fewer round trips, but a snapshot that takes longer is stale more often. */
const SKUS_PER_SNAPSHOT = 200
/**
 * A change that neither its author nor the worker has brought after this is lost: longer than it takes until another
 * worker has the lease of one that froze.
 */
const LOST_AFTER_MS = 15_000

/** Versions of one SKU: `after < ver <= upTo`. */
export type LedgerRange = { readonly sku: string; readonly after: number; readonly upTo: number }

export type ReconcileParts = {
  readonly stock: Pick<GateStock, 'compare'>
  /** R2. SKUs that do not exist are left out. */
  readonly snapshot: (skus: readonly string[]) => Promise<readonly StockSnapshot[]>
  /** Changes with `after < ver <= upTo` of their SKU that are no holds. */
  readonly changes: (ranges: readonly LedgerRange[]) => Promise<readonly LedgerChange[]>
  /** Of the passes before, by sku; its size is the bound. */
  readonly passes: LRUCache<string, LastPass>
  readonly metrics: Metrics
  /**
   * Age from which a change that Redis has not heard of is told as lost, ms. Infinity: this pass is what brings the
   * changes, and however late it is, it has lost none. 15 s without it.
   */
  readonly lostAfterMs?: number
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly pause: (ms: number) => Promise<void>
}

/**
 * One SKU. COMPARED: `drift` = before - expected, and the count is set when asked to. STALE: too much was going on.
 * MISS: Redis does not have it, the next cart loads it. UNKNOWN: no answer, or no epoch.
 */
export type Finding =
  | {
      readonly outcome: 'COMPARED'
      readonly sku: string
      readonly before: number
      readonly expected: number
      readonly drift: number
      readonly cause: DriftCause | null
      readonly fixed: boolean
    }
  | { readonly outcome: 'STALE' | 'MISS' | 'UNKNOWN'; readonly sku: string }

/**
 * @param isFix set the counts; else only compare
 * @returns a finding per SKU that exists, in no order
 * @throws what `snapshot` and `changes` throw
 */
export async function reconcile(
  parts: ReconcileParts,
  skus: readonly string[],
  isFix: boolean,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  let left = skus
  for (let attempt = 0; left.length > 0 && attempt <= RETRIES; attempt++) {
    if (attempt > 0) await parts.pause(parts.random() * PAUSE_MS)
    const found = await reconcileOnce(parts, left, isFix)
    const isLast = attempt === RETRIES
    findings.push(...found.filter(({ outcome }) => isLast || outcome !== 'STALE'))
    left = found.filter(({ outcome }) => outcome === 'STALE').map(({ sku }) => sku)
  }
  return findings
}

async function reconcileOnce(
  parts: ReconcileParts,
  skus: readonly string[],
  isFix: boolean,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (let at = 0; at < skus.length; at += SKUS_PER_SNAPSHOT) {
    const snapshots = await parts.snapshot(skus.slice(at, at + SKUS_PER_SNAPSHOT))
    const compared = await Promise.all(snapshots.map((one) => compareOne(parts, one, isFix)))
    const found = compared.filter((one) => 'found' in one)
    const changes = await changesOf(parts, found)
    findings.push(...compared.filter((one) => 'outcome' in one))
    findings.push(...found.map((one) => judged(parts, one, changes.get(one.sku) ?? [], isFix)))
  }
  return findings
}

type Found = { readonly sku: string; readonly found: Compared }

async function compareOne(
  parts: ReconcileParts,
  snapshot: StockSnapshot,
  isFix: boolean,
): Promise<Found | Exclude<Finding, { readonly outcome: 'COMPARED' }>> {
  const { sku, ver } = snapshot
  const reply = await parts.stock.compare(snapshot, isFix).catch(nullWhenUnavailable)
  switch (reply?.word) {
    case undefined:
    case 'NOEPOCH':
      return { outcome: 'UNKNOWN', sku }
    case 'MISS':
      parts.passes.delete(sku)
      return { outcome: 'MISS', sku }
    case 'STALE':
      parts.metrics.count('inv_reconcile_stale_total')
      return { outcome: 'STALE', sku }
    case 'OK':
      return { sku, found: { ...reply, ver } }
    default:
      throw new Error(`reply not handled: ${reply satisfies never}`)
  }
}

/** Asked for equal counts as well: a drift may be as large as what is under way, and hide behind it. */
async function changesOf(
  parts: ReconcileParts,
  found: readonly Found[],
): Promise<Map<string, LedgerChange[]>> {
  const ranges = found
    .map(({ sku, found: { rv, ver } }) => ({ sku, after: rv, upTo: ver }))
    .filter(({ after, upTo }) => upTo > after)
  const changes = ranges.length > 0 ? await parts.changes(ranges) : []
  return Map.groupBy(changes, ({ sku }) => sku)
}

function judged(
  parts: ReconcileParts,
  { sku, found }: Found,
  changes: readonly LedgerChange[],
  isFix: boolean,
): Finding {
  const { before, expected, drift, cause } = judge(
    found,
    changes,
    parts.lostAfterMs ?? LOST_AFTER_MS,
    parts.passes.get(sku) ?? null,
  )
  parts.passes.set(sku, passOf(found, isFix))
  if (cause !== null) parts.metrics.count('inv_drift_units', { cause }, Math.abs(drift))
  return { outcome: 'COMPARED', sku, before, expected, drift, cause, fixed: isFix }
}

function nullWhenUnavailable(error: unknown): null {
  if (error instanceof GateUnavailable) return null
  throw error
}
