/**
 * Compares answers in memory with what would be answered now. A difference may be right: the change is visible and
 * its record is on the way. It counts when the entry is still valid although this process has consumed everything that
 * was committed at the comparison; then a tag is missing, or a copy of the index did not refresh.
 *
 * A1 No difference counts that the bound allows. Whatever the comparison saw, in the index or in Postgres, was committed
 *    by then; once the log has reached that position its tags are consumed. From there on the entry is watched for as
 *    long as the bound: only what outlives that breaks a promise.
 * A2 A wrong answer that was found is not served again: the caller is told, and drops it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Entry, Loaded } from './entry.ts'
import type { BoundedFirstTier } from './first-tier.ts'
import { LEASE_MS, type Lease } from './lease.ts'
import type { Watermark } from './watermark.ts'

/** Of one audit. `unknown`: the load failed, nothing could be compared, or the entry was invalidated meanwhile. */
export type Verdict = 'same' | 'mismatch' | 'unknown'

export type Audited = {
  readonly verdict: Verdict
  readonly key: string
  readonly entry: Entry
  /** From the comparison to the verdict, ms. */
  readonly ms: number
}

export type AuditParts = {
  readonly l1: Pick<BoundedFirstTier, 'size' | 'at'>
  readonly watermark: Watermark
  readonly lease: Lease
  /** The answer to the same request, past every cache. @throws when there is none now */
  readonly reload: (key: string, signal: AbortSignal) => Promise<Loaded>
  /** Whether a shopper could tell them apart; null: they cannot be compared. */
  readonly differs: (kept: Entry, fresh: Loaded) => boolean | null
  /** Wait at most so long until what is committed now is visible and its tags are consumed. @returns whether it is */
  readonly catchUp: (ms: number) => Promise<boolean>
  /** This process has no time for it. */
  readonly isBusy: () => boolean
  readonly onVerdict: (audited: Audited) => void
  /** Monotonic ms. */
  readonly now: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Between two audits, ms. */
  readonly everyMs: number
  /** For catching up, and again until the verdict, ms. */
  readonly patienceMs?: number
}

/** The bound of an answer's staleness. */
const PATIENCE_MS = LEASE_MS

/** Audit one random entry after the other until the signal aborts. Never throws. */
export async function audit(parts: AuditParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(parts.everyMs, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) await auditOnce(parts, signal)
  }
}

/** Audit one random entry. Never throws. @returns null: there is nothing to audit, or no time for it */
export async function auditOnce(parts: AuditParts, signal: AbortSignal): Promise<Verdict | null> {
  const { l1, now, random, isBusy, onVerdict } = parts
  const picked = isBusy() ? null : l1.at(Math.floor(random() * l1.size))
  if (picked === null) return null
  const [key, entry] = picked
  const comparedAt = now()
  const verdict = await judge(parts, key, entry, signal).catch(() => 'unknown' as const)
  if (!signal.aborted) onVerdict({ verdict, key, entry, ms: now() - comparedAt })
  return verdict
}

async function judge(parts: AuditParts, key: string, entry: Entry, signal: AbortSignal): Promise<Verdict> {
  const { watermark, lease, now, patienceMs = PATIENCE_MS } = parts
  const { life } = watermark
  const isServed = () =>
    now() < entry.softExpiry &&
    watermark.life === life &&
    watermark.isValid(entry.watermark, entry.tags) &&
    lease.isFresh(now())
  if (!isServed()) return 'unknown'
  const fresh = await parts.reload(key, signal)
  const differs = fresh.isStorable ? parts.differs(entry, fresh) : null
  if (differs === null) return 'unknown'
  if (!differs) return 'same'
  if (!(await parts.catchUp(patienceMs)) || !isServed()) return 'unknown'
  await sleep(patienceMs, undefined, { signal })
  return isServed() ? 'mismatch' : 'unknown'
}
