/** The jobs of the order path in one worker, over connections of their own, and their end. */
import { LRUCache } from 'lru-cache'
import type { Pool } from '../postgres/pool.ts'
import { connectGate, type GateServers } from '../redis/connection.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { connectProvider, type ProviderSettings } from './connect-provider.ts'
import { createGate } from './create-gate.ts'
import { gateInPostgres } from './gate-in-postgres.ts'
import type { JobBoard } from './job-board.ts'
import { type JobSetting, type LeasedJob, runLeased } from './leased-job.ts'
import { paymentJobs } from './payment-jobs.ts'
import { processFaults } from './process-faults.ts'
import type { LastPass } from './reconcile-plan.ts'
import { type StockTimes, stockJobs } from './stock-jobs.ts'
import { createTellGate, type TellGate } from './tell-gate.ts'
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
  readonly payment: ProviderSettings
  /** As AISLE_FAULT; '' breaks nothing. */
  readonly faults: string
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly clock: () => number
  /** UUIDv7 text. */
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
    ...moneyJobs(
      options,
      createTellGate(open.stock, (error) => onError('gate', error)),
    ),
  ]
  for (const { job } of jobs) board.add(job)
  const setting = { pool, holder: newId(), leaseMs: times.leaseMs, clock, board, onError }
  await Promise.all([
    open.epochs.watch(EPOCH_EVERY_MS, signal),
    ...jobs.map((job) => runLeased(setting, job, signal)),
  ])
  connection.disconnect()
}

/** Nothing can be paid for where there is no provider, so there is nothing to do. */
function moneyJobs(options: ConnectJobsOptions, tellGate: TellGate): readonly LeasedJob[] {
  const { pool, payment, metrics, newId, onError } = options
  const provider = connectProvider(payment, options)
  if (provider === null) return []
  return paymentJobs({
    ...{ pool, provider, times: payment, faults: processFaults(options.faults), metrics, newId, tellGate },
    sweepMs: options.times.sweepMs,
    onError: (error) => onError('payments', error),
  })
}
