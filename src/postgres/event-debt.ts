/**
 * Events of the outbox that are owed to their stream. The indexer pays: it alone writes events, so that their order has
 * one author.
 */
import type { Pool } from './pool.ts'

/** Begins the keys of debts in `indexer.state`. */
export const DEBT_PREFIX = 'relay/debt/'

/**
 * Have events of a topic sent again, within seconds, by whoever leads as indexer. A debt of the topic that is open
 * grows by this one and begins anew. Consumers see events that they know; their effects are idempotent.
 * @param since oldest row to send, ISO 8601; null: any age
 * @param last  at most so many rows, of all topics, counted from the newest; null: any number
 */
export async function oweTopic(
  pool: Pool,
  topic: string,
  since: string | null,
  last: number | null,
): Promise<void> {
  await pool.query(
    `insert into indexer.state as s (key, value)
     select $1::text, jsonb_build_object('topic', $2::text, 'from_tx', '0', 'since', $3::text, 'before_tx', null,
       'last_id', coalesce(greatest(0, max(o.id) - $4::bigint), 0)::text)
       from (select id from outbox order by at desc, id desc limit 1) o
     on conflict (key) do update
       set value = excluded.value || jsonb_build_object(
             'since', case when s.value->>'since' <= excluded.value->>'since' then s.value->'since'
                           when s.value->>'since' is not null then excluded.value->'since' end,
             'last_id', least((s.value->>'last_id')::bigint, (excluded.value->>'last_id')::bigint)::text),
           updated_at = clock_timestamp()`,
    [`${DEBT_PREFIX}topic/${topic}`, topic, since, last],
  )
}
