/** Effects that happen once however often an event comes: the mark and the effect are one transaction. */
import { setTimeout as pause } from 'node:timers/promises'
import type { PoolClient } from 'pg'
import type { Pool } from '../postgres/pool.ts'

/**
 * Mark events as handled in the transaction of their effect.
 * @param eventIds ids of the outbox
 * @returns those that were not handled before; the others have had their effect
 * @throws pg error 55P03 when another transaction is handling one of them and does not end in time
 */
export async function markHandled(
  tx: PoolClient,
  consumer: string,
  eventIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await tx.query<{ event_id: string }>(
    `insert into events.handled (consumer, event_id)
     select $1::text, id from unnest($2::text[]) as given (id) order by id
     on conflict do nothing
     returning event_id`,
    [consumer, eventIds],
  )
  return new Set(rows.map(({ event_id }) => event_id))
}

const BATCH = 1_000
/** Between two batches, so that others get their turn. */
const PAUSE_MS = 50

/**
 * Forget marks of events that cannot come again, in batches of 1,000.
 * @param days longer than the outbox keeps its rows
 * @returns marks forgotten
 * @throws the signal's reason when it aborts between two batches
 */
export async function forgetHandled(pool: Pool, days: number, signal: AbortSignal): Promise<number> {
  let forgotten = 0
  for (let last = BATCH; last === BATCH; forgotten += last) {
    signal.throwIfAborted()
    if (forgotten > 0) await pause(PAUSE_MS, undefined, { signal })
    const { rowCount } = await pool.query(
      `delete from events.handled
        where (consumer, event_id) in (
          select consumer, event_id from events.handled
           where at < (select clock_timestamp() - $1::integer * interval '1 day') limit $2::integer)`,
      [days, BATCH],
    )
    last = rowCount ?? 0
  }
  return forgotten
}
