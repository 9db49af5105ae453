/** How far the change stream is, as Postgres knows it. */
import type { Pool } from './pool.ts'

/** Byte positions in the write-ahead log. `indexed` is null without a slot: nothing is. */
export type StreamPositions = { readonly written: bigint; readonly indexed: bigint | null }

/**
 * Position written by commits, and position up to which everything is in the index: what the indexer has acknowledged,
 * but not beyond the oldest change whose documents a fan-out job still rewrites.
 * @param slot name of the replication slot
 */
export async function readStreamPositions(pool: Pool, slot: string): Promise<StreamPositions> {
  const { rows } = await pool.query<{ written: string; indexed: string | null }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as written,
            (select pg_wal_lsn_diff(least(confirmed_flush_lsn, (select min(commit_lsn) from indexer.job where state <> 'done')),
                                    '0/0')::text
               from pg_replication_slots
              where slot_name = $1::text) as indexed`,
    [slot],
  )
  const row = rows[0]
  if (!row) throw new Error('a select without from gave no row')
  return {
    written: BigInt(row.written),
    indexed: row.indexed === null ? null : BigInt(row.indexed),
  }
}
