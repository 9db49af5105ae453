/** Statements about fan-out jobs: a changed row that touches many documents. */
import type { Pool } from '../../src/postgres/pool.ts'
import { formatLsn, type Lsn } from '../core/lsn.ts'

export type Job = {
  readonly job_id: string
  readonly mapping: string
  /** Table whose rows changed. */
  readonly source: string
  readonly keys: readonly string[]
  /** The change; documents are written with this version or a higher one. */
  readonly commit_lsn: string
  readonly last_id: string
  readonly done: number
  readonly total: number | null
}

/**
 * Record a job; the commit may be acknowledged afterwards. Recording it again (a replay) changes nothing while
 * it is open, and opens a finished one again, because the replayed commit may be another than the finished walk saw.
 * @returns its id; null: it was open already
 */
export async function insertJob(
  pool: Pool,
  job: { mapping: string; source: string; keys: readonly string[]; lsn: Lsn; total: number },
): Promise<string | null> {
  const { rows } = await pool.query<{ job_id: string }>(
    `insert into indexer.job (mapping, source, keys, commit_lsn, total)
     values ($1::text, $2::text, $3::text[], $4::pg_lsn, $5::bigint)
     on conflict (mapping, source, keys, commit_lsn) do update
       set state = 'waiting', last_id = 0, done = 0, finished_at = null
     where indexer.job.state = 'done'
     returning job_id::text`,
    [job.mapping, job.source, [...job.keys].sort(), formatLsn(job.lsn), job.total],
  )
  return rows[0]?.job_id ?? null
}

/** Jobs that are not done, oldest first. */
export async function openJobs(pool: Pool, mapping: string): Promise<Job[]> {
  const { rows } = await pool.query<Job>(
    `select job_id::text, mapping, source, keys, commit_lsn::text, last_id::text, done::integer, total::integer
       from indexer.job where mapping = $1::text and state <> 'done' order by job_id limit 100`,
    [mapping],
  )
  return rows
}

/** @param lastId every id up to it is durable; @param added documents written since the last call */
export async function advanceJob(pool: Pool, jobId: string, lastId: bigint, added: number): Promise<void> {
  await pool.query(
    `update indexer.job set last_id = $2::bigint, done = done + $3::bigint, state = 'running'
      where job_id = $1::bigint`,
    [jobId, String(lastId), added],
  )
}

export async function finishJob(pool: Pool, jobId: string): Promise<void> {
  await pool.query(
    `update indexer.job set state = 'done', finished_at = clock_timestamp() where job_id = $1::bigint`,
    [jobId],
  )
}

/** Finished jobs are of interest to a person for a day. */
export async function deleteOldJobs(pool: Pool): Promise<void> {
  await pool.query(
    `delete from indexer.job where state = 'done' and finished_at < clock_timestamp() - interval '1 day'`,
  )
}
