/**
 * What the worker does for stock, pass by pass (order design, section 8).
 *
 * | job | every | does |
 * |---|---|---|
 * | expire | when a hold is due, at most 1 s later | ends holds whose time is over; their units are stock again |
 * | admissions | 1 s | ends admissions that a process has left behind |
 * | follow | 1 s | brings the gate and what search shows up to date with SKUs that have changed |
 * | compare | 60 s | the same for every SKU, whatever was missed |
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { writeAvailability } from '../postgres/inv/availability.ts'
import { listSkus, readChangedSkus } from '../postgres/inv/changed-skus.ts'
import { recordDrift } from '../postgres/inv/drift.ts'
import { expireDueHolds, nextDueHold, readHolds, voidHolds } from '../postgres/inv/holds.ts'
import { readLedgerChanges, readStockSnapshots } from '../postgres/inv/stock-snapshots.ts'
import { inTransaction, type Pool } from '../postgres/pool.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { OpenGate } from './create-gate.ts'
import type { LeasedJob } from './leased-job.ts'
import { type Finding, type ReconcileParts, reconcile } from './reconcile.ts'
import type { DriftCause } from './reconcile-plan.ts'
import { OVERDUE_MS, sweepAdmissions } from './sweep-admissions.ts'

export type StockJobsParts = {
  readonly pool: Pool
  readonly open: Pick<OpenGate, 'gate' | 'stock' | 'slots'>
  readonly passes: ReconcileParts['passes']
  readonly metrics: Metrics
  readonly random: () => number
  /** UUID text, new for each run that has found drift. */
  readonly newRun: () => string
}

const AT_MOST_MS = 1_000
/** A hold that is due and is not this job's to end must not make it spin. */
const AT_LEAST_MS = 50
const COMPARE_EVERY_MS = 60_000
const HOLDS_A_PASS = 500
const SKUS_A_PAGE = 1_000

export function stockJobs(parts: StockJobsParts): readonly LeasedJob[] {
  const { pool, open, metrics } = parts
  const comparing = reconcileParts(parts)
  let seen: number | null = null

  const bringUpToDate = async (skus: readonly string[]) => {
    await writeAvailability(pool, skus)
    const findings = await reconcile(comparing, skus, true)
    const drift = findings.filter(isDrift)
    if (drift.length > 0) await recordDrift(pool, parts.newRun(), drift)
  }

  return [
    {
      job: 'expire',
      pass: async () => {
        const ended = await inTransaction(pool, (tx) => expireDueHolds(tx, HOLDS_A_PASS))
        if (ended.length === HOLDS_A_PASS) return 0
        return Math.min(Math.max((await nextDueHold(pool)) ?? AT_MOST_MS, AT_LEAST_MS), AT_MOST_MS)
      },
    },
    {
      job: 'admissions',
      pass: async () => {
        const sweep = {
          ...{ gate: open.gate, stock: open.stock, metrics, overdueMs: OVERDUE_MS },
          voidHolds: (ids: readonly string[]) => voidHolds(pool, ids),
          readHolds: (ids: readonly string[]) => readHolds(pool, ids),
        }
        for (let slot = 0; slot < open.slots; slot += 1) await sweepAdmissions(sweep, slot)
        return AT_MOST_MS
      },
    },
    {
      job: 'follow',
      pass: async () => {
        const { upTo, skus } = await readChangedSkus(pool, seen)
        await bringUpToDate(skus)
        seen = upTo // after the work: a pass that fails is done again
        return AT_MOST_MS
      },
    },
    {
      job: 'compare',
      pass: async () => {
        for (let page = await listSkus(pool, '', SKUS_A_PAGE); page.length > 0; ) {
          await bringUpToDate(page)
          page = await listSkus(pool, page.at(-1) ?? '', SKUS_A_PAGE)
        }
        return COMPARE_EVERY_MS
      },
    },
  ]
}

function reconcileParts({ pool, open, passes, metrics, random }: StockJobsParts): ReconcileParts {
  return {
    ...{ stock: open.stock, passes, metrics, random },
    snapshot: (skus) => readStockSnapshots(pool, skus),
    changes: (ranges) => readLedgerChanges(pool, ranges),
    pause: (ms) => sleep(ms),
  }
}

type Drift = Extract<Finding, { readonly outcome: 'COMPARED' }> & { readonly cause: DriftCause }

/** A difference whose cause is told; one that changes under way explain has none. */
function isDrift(finding: Finding): finding is Drift {
  return finding.outcome === 'COMPARED' && finding.cause !== null
}
