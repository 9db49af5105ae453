/** The jobs of the order path in one worker, over connections of their own, and their end. */
import { LRUCache } from 'lru-cache'
import type { Pool } from '../postgres/pool.ts'
import { connectGate, type GateServers } from '../redis/connection.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { createGate } from './create-gate.ts'
import { gateInPostgres } from './gate-in-postgres.ts'
import type { JobBoard } from './job-board.ts'
import { type JobSetting, runLeased } from './leased-job.ts'
import type { LastPass } from './reconcile-plan.ts'
import { type StockTimes, stockJobs } from './stock-jobs.ts'
import { type UpkeepParts, upkeepJobs } from './upkeep-jobs.ts'

export type ConnectJobsOptions = {
  readonly pool: Pool
  readonly gate: GateServers
  /** Starts every Redis key of this installation. */
  readonly prefix: string
  /** Replication slot of the event relay. */
  readonly slot: string
  readonly times: StockTimes &
    Pick<JobSetting, 'leaseMs'> &
    Pick<UpkeepParts, 'upkeepMs' | 'outboxKeepDays' | 'holdKeepDays'>
  readonly board: JobBoard
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly clock: () => number
  /** UUID text. */
  readonly newId: () => string
  /** Uniform in [0, 1). */
  readonly random: () => number
  readonly onError: (what: string, error: unknown) => void
}

/** A job can wait longer than a customer. */
const GATE_TIMEOUT_MS = 1_000
const EPOCH_EVERY_MS = 5_000
/** SKUs whose last comparison is kept to tell the cause of a drift; about 100 bytes each. */
const PASSES_MAX = 100_000

/** Run every job until `signal` aborts. Never throws. */
export async function runOrderJobs(options: ConnectJobsOptions, signal: AbortSignal): Promise<void> {
  const { pool, prefix, metrics, clock, newId, random, times, board, onError } = options
  const connection = connectGate(
    {
      ...options.gate,
      name: 'aisle-worker-gate',
      commandTimeoutMs: GATE_TIMEOUT_MS,
      onError: () => undefined, // every call that fails for it says so
    },
    random,
  )
  const open = createGate({
    connection,
    prefix,
    metrics,
    now: clock,
    ...gateInPostgres(pool),
    onError: (error) => onError('gate', error),
  })
  const passes = new LRUCache<string, LastPass>({ max: PASSES_MAX })
  const jobs = [
    ...stockJobs({
      pool,
      open,
      passes,
      metrics,
      random,
      times,
      newRun: newId,
      onError: (error) => onError('gate', error),
    }),
    ...upkeepJobs({ pool, metrics, slot: options.slot, ...times }),
  ]
  for (const { job } of jobs) board.add(job)
  const setting = { pool, holder: newId(), leaseMs: times.leaseMs, clock, board, onError }
  await Promise.all([
    open.epochs.watch(EPOCH_EVERY_MS, signal),
    ...jobs.map((job) => runLeased(setting, job, signal)),
  ])
  connection.disconnect()
}
