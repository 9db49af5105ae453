/**
 * Compares answers in memory with what would be answered now. A difference may be right: the change is visible and
 * its record is on the way. It counts when the entry is still valid although everything that was visible at the
 * second look has been consumed; then a tag is missing, or a copy of the index did not refresh.
 *
 * A1 No difference counts that the bound allows. After the first pause the index is not further behind than that pause
 *    was long, so it shows what the comparison saw, also what was read from Postgres; after the second one, longer than
 *    a lease, all of that has been consumed, or the lease is lost.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Entry, Loaded } from './entry.ts'
import type { BoundedFirstTier } from './first-tier.ts'
import type { Lease } from './lease.ts'
import type { Watermark } from './watermark.ts'

export type AuditParts = {
  readonly l1: Pick<BoundedFirstTier, 'size' | 'at'>
  readonly watermark: Watermark
  readonly lease: Lease
  /** The answer to the same request, past every cache. @throws when there is none now */
  readonly reload: (key: string, signal: AbortSignal) => Promise<Loaded>
  /** Whether a shopper could tell them apart; null: they cannot be compared. */
  readonly differs: (kept: Entry, fresh: Loaded) => boolean | null
  /** Whether the index may lack changes of before the pause. */
  readonly isBehind: () => Promise<boolean>
  readonly onVerdict: (verdict: Verdict, staleMs: number) => void
  /** Monotonic ms. */
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Between the comparison and the second look, and once more until the verdict, ms. */
  readonly patienceMs?: number
}

/** `unknown`: nothing to compare, the load failed, or the entry was invalidated meanwhile. */
export type Verdict = 'same' | 'mismatch' | 'unknown'

/** Twice the lease, and what an idle indexer takes to acknowledge. */
export const AUDIT_PATIENCE_MS = 3_000

/** 20 a minute. */
const EVERY_MS = 3_000

/** Audit one random entry after the other until the signal aborts. Never throws. */
export async function audit(parts: AuditParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) await auditOnce(parts, signal)
  }
}

/** Audit one random entry. Never throws. */
export async function auditOnce(parts: AuditParts, signal: AbortSignal): Promise<Verdict> {
  const { l1, now, random, onVerdict } = parts
  const picked = l1.at(Math.floor(random() * l1.size))
  const comparedAt = now()
  const verdict = picked ? await judge(parts, picked, signal).catch(() => 'unknown' as const) : 'unknown'
  onVerdict(verdict, now() - comparedAt)
  return verdict
}

async function judge(
  parts: AuditParts,
  [key, entry]: readonly [key: string, entry: Entry],
  signal: AbortSignal,
): Promise<Verdict> {
  const { watermark, lease, now, patienceMs = AUDIT_PATIENCE_MS } = parts
  const { life } = watermark
  const isServed = () =>
    watermark.life === life && watermark.isValid(entry.watermark, entry.tags) && lease.isFresh(now())
  if (!isServed()) return 'unknown'
  const fresh = await parts.reload(key, signal)
  const differs = fresh.isStorable ? parts.differs(entry, fresh) : null
  if (differs === null) return 'unknown'
  if (!differs) return 'same'
  await sleep(patienceMs, undefined, { signal })
  if (!isServed() || (await parts.isBehind())) return 'unknown'
  await sleep(patienceMs, undefined, { signal })
  return isServed() ? 'mismatch' : 'unknown'
}
