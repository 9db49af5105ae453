/** Reconcile between the gate of this process and Postgres, and what has to follow a change of stock. */
import { setTimeout as sleep } from 'node:timers/promises'
import { writeAvailability } from '../postgres/inv/availability.ts'
import { type DriftRow, recordDrift } from '../postgres/inv/drift.ts'
import { readLedgerChanges, readStockSnapshots } from '../postgres/inv/stock-snapshots.ts'
import type { Pool } from '../postgres/pool.ts'
import { type Finding, type ReconcileParts, reconcile } from './reconcile.ts'
import type { DriftCause } from './reconcile-plan.ts'

export type ComparingParts = Pick<
  ReconcileParts,
  'stock' | 'passes' | 'metrics' | 'random' | 'lostAfterMs'
> & {
  /** Of the primary. */
  readonly pool: Pool
  /** UUID text, new for each run that has found drift. */
  readonly newRun: () => string
}

export function reconcileParts({ pool, newRun: _, ...parts }: ComparingParts): ReconcileParts {
  return {
    ...parts,
    snapshot: (skus) => readStockSnapshots(pool, skus),
    changes: (ranges) => readLedgerChanges(pool, ranges),
    pause: (ms) => sleep(ms),
  }
}

type Drift = Extract<Finding, { readonly outcome: 'COMPARED' }> & { readonly cause: DriftCause }

/** Differences whose cause is told; one that changes under way explain has none. */
export function driftOf(findings: readonly Finding[]): DriftRow[] {
  return findings
    .filter((finding): finding is Drift => finding.outcome === 'COMPARED' && finding.cause !== null)
    .map(({ sku, before, expected, cause, fixed }) => ({ sku, before, expected, cause, fixed }))
}

/**
 * Bring what search shows and what the gate counts in line with Postgres, now. Without Redis the gate is left to the
 * next pass of the worker.
 * @throws what Postgres throws
 */
export async function bringUpToDate(parts: ComparingParts, skus: readonly string[]): Promise<void> {
  await writeAvailability(parts.pool, skus)
  const drift = driftOf(await reconcile(reconcileParts(parts), skus, true))
  if (drift.length > 0) await recordDrift(parts.pool, parts.newRun(), drift)
}
