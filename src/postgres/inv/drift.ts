/** Differences between Redis and Postgres that reconcile has found, kept for people. */
import type { Pool } from '../pool.ts'

export type DriftCauseText = 'failover' | 'lost_settle' | 'lost_delta' | 'manual' | 'unknown'

/** `before`: units in Redis. `expected`: by Postgres, less admissions under way. */
export type DriftRow = {
  readonly sku: string
  readonly before: number
  readonly expected: number
  readonly cause: DriftCauseText
  readonly fixed: boolean
}

/** Keep what a run has found. @param run UUID text; a SKU once per run */
export async function recordDrift(pool: Pool, run: string, drift: readonly DriftRow[]): Promise<void> {
  await pool.query(
    `insert into inv.drift_report (run, sku, before, expected, cause, fixed)
     select $1::uuid, u.sku, u.before, u.expected, u.cause, u.fixed
       from unnest($2::text[], $3::integer[], $4::integer[], $5::text[], $6::boolean[])
              as u (sku, before, expected, cause, fixed)
         on conflict (run, sku) do nothing`,
    [
      run,
      drift.map((row) => row.sku),
      drift.map((row) => row.before),
      drift.map((row) => row.expected),
      drift.map((row) => row.cause),
      drift.map((row) => row.fixed),
    ],
  )
}

/** Latest findings, youngest first. */
export async function readDrift(
  pool: Pool,
  limit: number,
): Promise<(DriftRow & { readonly run: string; readonly at: Date })[]> {
  const { rows } = await pool.query<DriftRow & { run: string; at: Date }>(
    `select d.run, d.at, d.sku, d.before, d.expected, d.cause, d.fixed
       from inv.drift_report d order by d.at desc, d.sku limit $1::integer`,
    [limit],
  )
  return rows
}
