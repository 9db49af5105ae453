/** Fields of the configuration that the jobs of the worker need; part of `FIELDS` in config.ts, which says their form. */
import { integer } from './config-forms.ts'

export const WORKER_FIELDS = {
  AISLE_LEASE_MS: {
    schema: integer(200, 600_000),
    about: 'Worker: how long a lease of a job lasts, ms; a worker that dies is replaced within it',
    example: '10000',
    fallback: '10000',
  },
  AISLE_SWEEP_MS: {
    schema: integer(20, 60_000),
    about:
      'Worker: at most so long until holds that are over end, and until changes of stock reach Redis and search, ms',
    example: '1000',
    fallback: '1000',
  },
  AISLE_OVERDUE_MS: {
    schema: integer(50, 600_000),
    about: 'Worker: age at which a count in Redis that no hold has followed is given back, ms',
    example: '5000',
    fallback: '5000',
  },
  AISLE_COMPARE_MS: {
    schema: integer(50, 86_400_000),
    about: 'Worker: between two comparisons of all stock in Redis with Postgres, ms',
    example: '60000',
    fallback: '60000',
  },
  AISLE_UPKEEP_MS: {
    schema: integer(50, 86_400_000),
    about: 'Worker: between two rounds that make days of the outbox and remove what is old, ms',
    example: '600000',
    fallback: '600000',
  },
  AISLE_OUTBOX_KEEP_DAYS: {
    schema: integer(1, 3_650),
    about: 'Worker: how long events stay in the outbox after their day, for streams that lose them',
    example: '7',
    fallback: '7',
  },
  AISLE_HOLD_KEEP_DAYS: {
    schema: integer(1, 36_500),
    about: 'Worker: how long holds stay after they were made, when they have ended; orders stay for ever',
    example: '90',
    fallback: '90',
  },
} as const

type WorkerConfig = { readonly [N in keyof typeof WORKER_FIELDS]: number }

/** What the jobs take of them. */
export function jobTimes(config: WorkerConfig) {
  return {
    leaseMs: config.AISLE_LEASE_MS,
    sweepMs: config.AISLE_SWEEP_MS,
    overdueMs: config.AISLE_OVERDUE_MS,
    compareMs: config.AISLE_COMPARE_MS,
    upkeepMs: config.AISLE_UPKEEP_MS,
    outboxKeepDays: config.AISLE_OUTBOX_KEEP_DAYS,
    holdKeepDays: config.AISLE_HOLD_KEEP_DAYS,
  }
}
