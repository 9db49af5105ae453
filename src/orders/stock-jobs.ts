/**
 * What the worker does for stock, pass by pass (order design, section 8).
 *
 * | job | every | does |
 * |---|---|---|
 * | expire | when a hold is due, at most 1 s later | ends holds whose time is over and tells the gate; their units are stock again |
 * | admissions | 1 s | ends admissions that a process has left behind |
 * | follow | 1 s | brings the gate and what search shows up to date with SKUs that have changed |
 * | compare | 60 s | the same for every SKU, whatever was missed |
 */
import { readChangedSkus, walkSkus } from '../postgres/inv/changed-skus.ts'
import { expireDueHolds, nextDueHold, readHolds, voidHolds } from '../postgres/inv/holds.ts'
import { readLastChangesOfHolds } from '../postgres/inv/last-changes.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { OpenGate } from './create-gate.ts'
import type { LeasedJob } from './leased-job.ts'
import { bringUpToDate, type ComparingParts } from './reconcile-in-postgres.ts'
import { sweepAdmissions } from './sweep-admissions.ts'
import { createTellGate } from './tell-gate.ts'

export type StockTimes = {
  /** Most time between two passes that look for what is due, ms. */
  readonly sweepMs: number
  /** Age at which an admission is left behind, ms. */
  readonly overdueMs: number
  /** Between two comparisons of everything, ms. */
  readonly compareMs: number
}

export type StockJobsParts = Omit<ComparingParts, 'stock'> & {
  readonly open: Pick<OpenGate, 'gate' | 'stock' | 'slots'>
  readonly times: StockTimes
  readonly onError: (error: unknown) => void
}

/** A due hold that its customer has locked must not make the job spin. */
const AT_LEAST_MS = 50
const HOLDS_A_PASS = 500
const SKUS_A_PAGE = 1_000

export function stockJobs(parts: StockJobsParts): readonly LeasedJob[] {
  const { pool, open, metrics, times } = parts
  const comparing = { ...parts, stock: open.stock }
  const tellGate = createTellGate(open.stock, parts.onError)
  let seen: number | null = null

  return [
    {
      job: 'expire',
      pass: async () => {
        const { ended, changes } = await inTransaction(pool, async (tx) => {
          const ended = await expireDueHolds(tx, HOLDS_A_PASS)
          return { ended, changes: await readLastChangesOfHolds(tx, ended) }
        })
        await tellGate(changes)
        if (ended.length === HOLDS_A_PASS) return 0
        return Math.min(Math.max((await nextDueHold(pool)) ?? times.sweepMs, AT_LEAST_MS), times.sweepMs)
      },
    },
    {
      job: 'admissions',
      pass: async (signal) => {
        const sweep = {
          ...{ gate: open.gate, stock: open.stock, metrics, overdueMs: times.overdueMs },
          voidHolds: (ids: readonly string[]) => voidHolds(pool, ids),
          readHolds: (ids: readonly string[]) => readHolds(pool, ids),
        }
        for (let slot = 0; slot < open.slots && !signal.aborted; slot += 1) await sweepAdmissions(sweep, slot)
        return times.sweepMs
      },
    },
    {
      job: 'follow',
      pass: async () => {
        const { upTo, skus } = await readChangedSkus(pool, seen)
        await bringUpToDate({ ...comparing, lostAfterMs: Number.POSITIVE_INFINITY }, skus)
        seen = upTo // after the work: a pass that fails is done again
        return times.sweepMs
      },
    },
    {
      job: 'compare',
      pass: async (signal) => {
        for await (const page of walkSkus(pool, SKUS_A_PAGE)) {
          if (signal.aborted) break
          await bringUpToDate(comparing, page)
        }
        return times.compareMs
      },
    },
  ]
}
