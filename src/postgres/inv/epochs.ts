/** Epochs of the gate's slots. The row decides; Redis is only ever raised to it. */
import type { Pool } from '../pool.ts'

/** `server_id`: of the Redis that the epoch belongs to; empty before the first. */
export type EpochRow = { readonly slot: number; readonly n: number; readonly server_id: string }

/** Rows of these slots, by slot. */
export async function readEpochs(pool: Pool, slots: readonly number[]): Promise<EpochRow[]> {
  const { rows } = await pool.query<EpochRow>(
    `select e.slot, e.n::float8 as n, e.server_id from inv.epoch e where e.slot = any ($1::smallint[]) order by e.slot`,
    [slots],
  )
  return rows
}

/** Begin an epoch for another server: of all that try with one id, one does. @returns its n; null: done before */
export async function beginEpoch(pool: Pool, slot: number, serverId: string): Promise<number | null> {
  const { rows } = await pool.query<{ n: number }>(
    `update inv.epoch e set n = e.n + 1, server_id = $2::text, at = clock_timestamp()
      where e.slot = $1::smallint and e.server_id <> $2::text
      returning e.n::float8 as n`,
    [slot, serverId],
  )
  return rows[0]?.n ?? null
}
