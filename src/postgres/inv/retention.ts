/** What need not be kept for ever, taken away in small statements. The ledger, orders and their money stay. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from '../pool.ts'

/** Ages after which rows go. A refused id may be asked for again within its days and gets the same answer. */
export const KEEP = {
  void_hold_days: 7,
  ended_hold_days: 90,
  answer_hours: 48,
  cart_days: 90,
  drift_days: 90,
} as const

/** Rows of one statement: no lock is kept for longer than this many deletes take. */
const BATCH = 1_000
/** Between two batches of a kind, so that others get their turn. */
const PAUSE_MS = 50

type Kind = keyof typeof STATEMENTS

/** Each deletes at most $1 rows; $2 is the age in seconds. */
const STATEMENTS = {
  void_holds: `delete from inv.hold h where h.id in (
      select v.id from inv.hold v
       where v.created_at < (select clock_timestamp() - $2::float8 * interval '1 second') and v.state = 'VOID'
       limit $1::integer)`,
  // the lines go with their hold: I5 asks for the hold of each line
  ended_holds: `with gone as (
      delete from inv.hold h where h.id in (
        select e.id from inv.hold e
         where e.created_at < (select clock_timestamp() - $2::float8 * interval '1 second')
           and e.state in ('CONFIRMED', 'RELEASED', 'EXPIRED')
         limit $1::integer)
      returning h.id
    ), lines as (delete from inv.hold_line l using gone g where l.hold_id = g.id)
    select from gone`,
  answers: `delete from inv.idempotency i where (i.scope, i.key) in (
      select o.scope, o.key from inv.idempotency o
       where o.created_at < (select clock_timestamp() - $2::float8 * interval '1 second') limit $1::integer)`,
  carts: `delete from inv.cart c where c.id in (
      select o.id from inv.cart o
       where o.updated_at < (select clock_timestamp() - $2::float8 * interval '1 second') limit $1::integer)`,
  drift: `delete from inv.drift_report d where (d.run, d.sku) in (
      select o.run, o.sku from inv.drift_report o
       where o.at < (select clock_timestamp() - $2::float8 * interval '1 second') limit $1::integer)`,
} as const

const HOUR_S = 3_600
const DAY_S = 24 * HOUR_S

/**
 * Delete what is older than `keep`, in batches of 1,000, each in a transaction of its own.
 * @returns rows deleted, by kind
 * @throws the signal's reason when it aborts between two batches
 */
export async function deleteOldRows(
  pool: Pool,
  signal: AbortSignal,
  keep: { readonly [K in keyof typeof KEEP]: number } = KEEP,
): Promise<Record<Kind, number>> {
  const ages: Record<Kind, number> = {
    void_holds: keep.void_hold_days * DAY_S,
    ended_holds: keep.ended_hold_days * DAY_S,
    answers: keep.answer_hours * HOUR_S,
    carts: keep.cart_days * DAY_S,
    drift: keep.drift_days * DAY_S,
  }
  const deleted = { void_holds: 0, ended_holds: 0, answers: 0, carts: 0, drift: 0 }
  for (const kind of Object.keys(STATEMENTS) as Kind[]) {
    let count = BATCH
    while (count === BATCH) {
      signal.throwIfAborted()
      if (deleted[kind] > 0) await pause(PAUSE_MS, undefined, { signal })
      count = (await pool.query(STATEMENTS[kind], [BATCH, ages[kind]])).rowCount ?? 0
      deleted[kind] += count
    }
  }
  return deleted
}
