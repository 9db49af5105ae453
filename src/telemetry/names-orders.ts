/** Metrics of the order path; part of the closed list in names.ts. */
import { LATENCY, type MetricRow } from './metric-row.ts'

export const ORDER_METRICS = {
  hold_outcomes_total: {
    kind: 'counter',
    help: 'Calls for a hold by their answer',
    labels: ['outcome'],
  },
  hold_batch_carts: {
    kind: 'histogram',
    help: 'Carts that one statement decided over',
    labels: [],
    buckets: [1, 2, 5, 10, 20, 50, 100, 150, 200, 256],
  },
  hold_batch_seconds: {
    kind: 'histogram',
    help: 'From taking a connection to the commit of a batch',
    labels: [],
    buckets: LATENCY,
  },
  inv_gate_seconds: {
    kind: 'histogram',
    help: 'Time of one script of the admission gate',
    labels: ['script'],
    buckets: [0.0005, ...LATENCY],
  },
  inv_gate_failures_total: {
    kind: 'counter',
    help: 'Scripts of the admission gate without an answer',
    labels: ['script', 'reason'],
  },
  inv_drift_units: {
    kind: 'counter',
    help: 'Units by which a count in Redis differed from Postgres, found by reconcile',
    labels: ['cause'],
  },
  inv_reconcile_stale_total: {
    kind: 'counter',
    help: 'Snapshots that were older than what Redis had seen',
    labels: [],
  },
  inv_postgres_refused_after_admit_total: {
    kind: 'counter',
    help: 'Carts that the gate admitted and Postgres had no units for; 0 without faults',
    labels: [],
  },
  inv_tentative_age_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest admission that is neither settled nor aborted',
    labels: ['slot'],
  },
  inv_rows_deleted_total: { kind: 'counter', help: 'Old rows that were removed', labels: ['kind'] },
  worker_job_leads: { kind: 'gauge', help: '1 while this worker has the lease of the job', labels: ['job'] },
  worker_job_last_pass_age_seconds: {
    kind: 'gauge',
    help: 'Since this worker last finished a pass of the job; of interest where it leads',
    labels: ['job'],
  },
  worker_job_pass_seconds: {
    kind: 'histogram',
    help: 'Time of one pass of a job',
    labels: ['job'],
    buckets: LATENCY,
  },
  worker_job_failures_total: {
    kind: 'counter',
    help: 'Passes that failed and were tried again',
    labels: ['job'],
  },
  payments_provider_seconds: {
    kind: 'histogram',
    help: 'Time of one call of the payment provider, all its tries together',
    labels: ['call', 'outcome'],
    buckets: [...LATENCY, 15],
  },
  payments_settled_total: {
    kind: 'counter',
    help: 'Questions to the provider by what became of the payment; any wrong_amount needs a person',
    labels: ['outcome'],
  },
  payments_late_orders_total: {
    kind: 'counter',
    help: 'Orders that were paid after their hold had ended, by what became of them',
    labels: ['outcome'],
  },
  payments_oldest_refund_seconds: {
    kind: 'gauge',
    help: 'How long the oldest refund that is not back yet has been owed; above 3,600 needs a person',
    labels: [],
  },
  payments_closings_unanswered_total: {
    kind: 'counter',
    help: 'Questions without an answer about holds that have been closing for five minutes',
    labels: [],
  },
} as const satisfies Record<string, MetricRow>
