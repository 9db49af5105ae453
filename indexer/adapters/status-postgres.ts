/** What Postgres knows of the indexer: slots and what they retain, open jobs, the last build, dead documents. */
import type { Mapping } from '../../mappings/define.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import type { SlotStatus } from '../core/status.ts'
import { type Job, openJobs } from './jobs.ts'
import { type Build, readBuild } from './state-pg.ts'

export type PostgresStatus = {
  readonly slots: readonly SlotStatus[]
  readonly jobs: readonly Job[]
  readonly build: Build | null
  readonly dead: DeadStatus
  readonly rows: RowCount
}

/** `last`: why Elasticsearch refused the latest one. */
export type DeadStatus = { readonly n: number; readonly last: string | null; readonly last_at: string | null }

/** Rows that should have a document. */
export type RowCount = { readonly n: number; readonly is_estimate: boolean }

/** Counting more than this takes longer than a person wants to wait; the statistics do then. */
const COUNTED_ROWS = 500_000

export async function readPostgresStatus(
  pool: Pool,
  slot: string,
  mapping: Mapping,
): Promise<PostgresStatus> {
  const [slots, jobs, build, dead, rows] = await Promise.all([
    readSlots(pool, slot),
    openJobs(pool, mapping.name),
    readBuild(pool),
    readDead(pool),
    countRows(pool, mapping),
  ])
  return { slots, jobs, build, dead, rows }
}

/** Every slot of the server: any of them can fill its disk. Own slot first. */
export async function readSlots(pool: Pool, own: string): Promise<SlotStatus[]> {
  // Read by way of JSON: inactive_since and invalidation_reason exist from Postgres 17 on.
  const { rows } = await pool.query<SlotStatus>(
    `select s.slot_name::text as name, s.slot_name = $1::name as own, s.database::text as database, s.active,
            s.wal_status, s.confirmed_flush_lsn::text as confirmed,
            pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn)::float8 as lag_bytes,
            pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::float8 as retained_bytes,
            s.safe_wal_size::float8 as safe_bytes,
            extract(epoch from clock_timestamp() - (to_jsonb(s)->>'inactive_since')::timestamptz)::float8
              as inactive_seconds,
            to_jsonb(s)->>'invalidation_reason' as invalidation_reason
       from pg_replication_slots s order by own desc, name`,
    [own],
  )
  return rows
}

async function readDead(pool: Pool): Promise<DeadStatus> {
  const { rows } = await pool.query<DeadStatus>(
    `select count(*)::integer as n, (array_agg(value->>'reason' order by updated_at desc))[1] as last,
            max(updated_at)::text as last_at
       from indexer.state where starts_with(key, 'dead/')`,
  )
  return rows[0] ?? { n: 0, last: null, last_at: null }
}

async function countRows(pool: Pool, mapping: Mapping): Promise<RowCount> {
  const { rows } = await pool.query<{ n: number }>(
    'select greatest(reltuples, 0)::float8 as n from pg_class where oid = to_regclass($1)',
    [mapping.root],
  )
  const estimate = rows[0]?.n ?? 0
  if (estimate > COUNTED_ROWS) return { n: estimate, is_estimate: true }
  const buckets = await pool.query<{ n: number }>(mapping.buckets, [String(2n ** 62n)])
  return { n: buckets.rows.reduce((sum, bucket) => sum + bucket.n, 0), is_estimate: false }
}
