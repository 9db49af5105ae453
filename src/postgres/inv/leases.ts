/**
 * Leases of worker jobs, by the clock of Postgres. Two holders are harmless, every effect is guarded: a lease only
 * saves double work.
 */
import type { Pool } from '../pool.ts'

/** `holder`: names a process, not a host: two workers of one machine are two. */
export type Lease = { readonly job: string; readonly slot: number; readonly holder: string }

/** Take a lease that is free or over, or make one's own longer. @returns whether the holder has it for `seconds` */
export async function takeLease(pool: Pool, { job, slot, holder }: Lease, seconds: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `insert into inv.lease as l (job, slot, holder, until)
     values ($1::text, $2::smallint, $3::text, clock_timestamp() + $4::float8 * interval '1 second')
         on conflict (job, slot) do update set holder = excluded.holder, until = excluded.until
      where l.holder = excluded.holder or l.until <= clock_timestamp()`,
    [job, slot, holder, seconds],
  )
  return (rowCount ?? 0) > 0
}

/** Give a lease back, so that the next need not wait for its end. One that somebody else has stays. */
export async function dropLease(pool: Pool, { job, slot, holder }: Lease): Promise<void> {
  await pool.query(
    'delete from inv.lease l where l.job = $1::text and l.slot = $2::smallint and l.holder = $3::text',
    [job, slot, holder],
  )
}
