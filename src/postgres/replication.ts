/** How far the change stream is, as Postgres knows it. */
import type { Pool } from './pool.ts'

/** Byte positions in the write-ahead log. `acknowledged` is null without a slot: nothing is indexed. */
export type StreamPositions = { readonly written: bigint; readonly acknowledged: bigint | null }

/**
 * Position written by commits, and position up to which the indexer said that everything is durable in the index.
 * @param slot name of the replication slot
 */
export async function readStreamPositions(pool: Pool, slot: string): Promise<StreamPositions> {
  const { rows } = await pool.query<{ written: string; acknowledged: string | null }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as written,
            (select pg_wal_lsn_diff(confirmed_flush_lsn, '0/0')::text
               from pg_replication_slots
              where slot_name = $1::text) as acknowledged`,
    [slot],
  )
  const row = rows[0]
  if (!row) throw new Error('a select without from gave no row')
  return {
    written: BigInt(row.written),
    acknowledged: row.acknowledged === null ? null : BigInt(row.acknowledged),
  }
}
