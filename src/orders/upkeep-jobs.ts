/**
 * What the worker does so that tables neither run out of room nor grow without end.
 *
 * | job | does |
 * |---|---|
 * | outbox | makes the days of the outbox ahead of time, drops old ones that the relay has passed |
 */
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
  readonly everyMs: number
  /** Days after its end for which a day of the outbox stays. */
  readonly outboxKeepDays: number
}

/** A worker may be away for a week, and no row meets a day that is not there. */
const DAYS_AHEAD = 7
/** A lock that was not to be had is to be had a moment later. */
const BUSY_MS = 5_000

export function upkeepJobs(parts: UpkeepParts): readonly LeasedJob[] {
  return [{ job: 'outbox', pass: () => keepOutboxDays(parts) }]
}

/** Every day is a transaction of its own, so that no lock outlives it. @returns ms until the next round */
async function keepOutboxDays({
  pool,
  slot,
  metrics,
  everyMs,
  outboxKeepDays,
}: UpkeepParts): Promise<number> {
  const found = await readOutboxDays(pool, DAYS_AHEAD, outboxKeepDays)
  const outcomes: string[] = []
  for (const day of found.missing) outcomes.push(await makeOutboxDay(pool, day))
  for (const day of found.old) outcomes.push(await dropOutboxDay(pool, day, slot))
  const left = await readOutboxDays(pool, DAYS_AHEAD, outboxKeepDays)
  metrics.set('outbox_days_ahead', left.ahead)
  metrics.set('outbox_days_kept', left.kept)
  if (outcomes.includes('busy')) return Math.min(BUSY_MS, everyMs)
  return outcomes.includes('made') ? 0 : everyMs // days that were made may have shown one more
}
