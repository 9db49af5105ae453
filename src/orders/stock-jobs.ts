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
import { listSkus, readChangedSkus } from '../postgres/inv/changed-skus.ts'
import { expireDueHolds, nextDueHold, readHolds, voidHolds } from '../postgres/inv/holds.ts'
import { readLastChangesOfHolds } from '../postgres/inv/last-changes.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { OpenGate } from './create-gate.ts'
import type { LeasedJob } from './leased-job.ts'
import { bringUpToDate, type ComparingParts } from './reconcile-in-postgres.ts'
import { OVERDUE_MS, sweepAdmissions } from './sweep-admissions.ts'
import { createTellGate } from './tell-gate.ts'

export type StockJobsParts = Omit<ComparingParts, 'stock'> & {
  readonly open: Pick<OpenGate, 'gate' | 'stock' | 'slots'>
  readonly onError: (error: unknown) => void
}

const AT_MOST_MS = 1_000
/** A hold that is due and is not this job's to end must not make it spin. */
const AT_LEAST_MS = 50
const COMPARE_EVERY_MS = 60_000
const HOLDS_A_PASS = 500
const SKUS_A_PAGE = 1_000

export function stockJobs(parts: StockJobsParts): readonly LeasedJob[] {
  const { pool, open, metrics } = parts
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
        await bringUpToDate({ ...comparing, lostAfterMs: Number.POSITIVE_INFINITY }, skus)
        seen = upTo // after the work: a pass that fails is done again
        return AT_MOST_MS
      },
    },
    {
      job: 'compare',
      pass: async () => {
        for (let page = await listSkus(pool, '', SKUS_A_PAGE); page.length > 0; ) {
          await bringUpToDate(comparing, page)
          page = await listSkus(pool, page.at(-1) ?? '', SKUS_A_PAGE)
        }
        return COMPARE_EVERY_MS
      },
    },
  ]
}
