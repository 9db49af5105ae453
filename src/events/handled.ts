/** Effects that happen once however often an event comes: the mark and the effect are one transaction. */
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

/** Longer than the outbox keeps its rows: nothing older can come again. */
const KEPT = '8 days'
const BATCH = 1_000

/** Forget marks of events that cannot come again. @returns marks forgotten; below 1,000: there are no more */
export async function forgetHandled(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from events.handled
      where (consumer, event_id) in (
        select consumer, event_id from events.handled
         where at < clock_timestamp() - $1::interval limit $2::integer)`,
    [KEPT, BATCH],
  )
  return rowCount ?? 0
}
