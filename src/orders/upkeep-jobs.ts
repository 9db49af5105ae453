/**
 * What the worker does so that tables neither run out of room nor grow without end.
 *
 * | job | does |
 * |---|---|
 * | outbox | makes the days of the outbox ahead of time, drops old ones that the relay has passed |
 * | retention | deletes old holds, answers, carts, reports and marks, a thousand at a time |
 */
import { forgetHandled } from '../events/handled.ts'
import { deleteOldRows, KEEP } from '../postgres/inv/retention.ts'
import { dropOutboxDay, makeOutboxDay, readOutboxDays } from '../postgres/outbox-days.ts'
import type { Pool } from '../postgres/pool.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { LeasedJob } from './leased-job.ts'

export type UpkeepParts = {
  readonly pool: Pool
  /** Replication slot of the event relay. */
  readonly slot: string
  readonly metrics: Metrics
  /** From one round to the next, ms. */
  readonly upkeepMs: number
  /** Days after its end for which a day of the outbox stays. */
  readonly outboxKeepDays: number
  /** Days after their making for which holds stay that have ended. */
  readonly holdKeepDays: number
}

/** A worker may be away for a week, and no row meets a day that is not there. */
const DAYS_AHEAD = 7
/** A lock that was not to be had: not at once, for whoever comes behind the wait for it waits as well. */
const BUSY_MS = 30_000

export function upkeepJobs(parts: UpkeepParts): readonly LeasedJob[] {
  return [
    { job: 'outbox', pass: (signal) => keepOutboxDays(parts, signal) },
    { job: 'retention', pass: (signal) => removeOld(parts, signal) },
  ]
}

/** Every day is a transaction of its own, so that no lock outlives it. @returns ms until the next round */
async function keepOutboxDays(parts: UpkeepParts, signal: AbortSignal): Promise<number> {
  const { pool, slot, metrics, upkeepMs, outboxKeepDays } = parts
  const found = await readOutboxDays(pool, DAYS_AHEAD, outboxKeepDays)
  const outcomes: string[] = []
  for (const day of found.missing) if (!signal.aborted) outcomes.push(await makeOutboxDay(pool, day))
  for (const day of found.old) if (!signal.aborted) outcomes.push(await dropOutboxDay(pool, day, slot))
  const left = await readOutboxDays(pool, DAYS_AHEAD, outboxKeepDays)
  metrics.set('outbox_days_ahead', left.ahead)
  metrics.set('outbox_days_kept', left.kept)
  if (outcomes.includes('busy')) return Math.min(BUSY_MS, upkeepMs)
  return outcomes.includes('made') ? 0 : upkeepMs // days that were made may have shown one more
}

/** @returns ms until the next round @throws the signal's reason between two batches */
async function removeOld(parts: UpkeepParts, signal: AbortSignal): Promise<number> {
  const { pool, metrics, upkeepMs, outboxKeepDays, holdKeepDays } = parts
  const deleted = await deleteOldRows(pool, signal, { ...KEEP, ended_hold_days: holdKeepDays })
  const marks = await forgetHandled(pool, outboxKeepDays + 1, signal) // nothing older can come again
  for (const [kind, rows] of Object.entries({ ...deleted, marks }))
    metrics.count('inv_rows_deleted_total', { kind }, rows)
  return upkeepMs
}
