/** How much of the WAL that the server keeps for our slot is left. */
import type { Pool } from '../../src/postgres/pool.ts'

/** Share of `max_slot_wal_keep_size`, 0..1; null: it has no bound, or there is no slot. */
export async function readWalLeft(pool: Pool, slot: string): Promise<number | null> {
  const { rows } = await pool.query<{ left: number | null }>(
    // Up to a segment more than the bound is safe while nothing is retained.
    `select least(1, safe_wal_size /
                     nullif(greatest(pg_size_bytes(current_setting('max_slot_wal_keep_size')), 0), 0)::float8) as left
       from pg_replication_slots
      where slot_name = $1::name and database = current_database() and safe_wal_size is not null
        and current_setting('max_slot_wal_keep_size') <> '-1'`,
    [slot],
  )
  return rows[0]?.left ?? null
}
