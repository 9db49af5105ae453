/** Reads rows of the outbox again, by id, for events that have to be sent again. */
import type { Pool } from '../../src/postgres/pool.ts'
import { eventOf, type RelayedEvent } from '../core/relay-queue.ts'
import type { Debt } from './relay-state.ts'

const PAGE = 500

type Row = Readonly<Record<'id' | 'topic' | 'key' | 'ver' | 'type' | 'payload' | 'at', string>>

/**
 * Rows of a debt that has begun, in pages. The cursor is held beyond its transaction: one sort for all of them, and no
 * snapshot that stays open while Redis is slow.
 */
export async function* owedEvents(pool: Pool, debt: Debt): AsyncGenerator<readonly RelayedEvent[]> {
  const session = await pool.connect()
  try {
    await session.query('begin')
    await session.query('set local statement_timeout = 0')
    await session.query(
      `declare owed no scroll cursor with hold for
       select o.id::text, o.topic, o.key, o.ver::text, o.type, o.payload::text as payload,
              to_char(o.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
         from outbox o
        where o.tx >= $1::text::xid8 and o.tx < $2::text::xid8 and o.id > $3::bigint
          and ($4::text is null or o.topic = $4::text)
          and ($5::timestamptz is null or o.at >= $5::timestamptz)
        order by o.id`,
      [debt.from_tx, debt.before_tx, debt.last_id, debt.topic, debt.since],
    )
    await session.query('commit')
    for (;;) {
      const { rows } = await session.query<Row>(`fetch ${PAGE} from owed`)
      if (rows.length === 0) return
      yield rows.map((row) => ({ ...eventOf(row), position: '', lsn: '' }))
    }
  } finally {
    session.release(true) // ends the session, and with it the cursor
  }
}
