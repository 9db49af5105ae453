/**
 * Events that a consumer gave up on. A letter is written before the stream is told to forget the event, and written
 * again without harm. A person has it tried again, or drops it with a reason.
 */
import type { Pool, PoolClient } from '../postgres/pool.ts'

/** Fields of an entry of the stream, by name. */
export type EntryFields = Readonly<Record<string, string>>

export type DeadLetter = {
  /** Name of the consumer that gave up. */
  readonly consumer: string
  /** Id of the outbox row, or of the entry when it names none. */
  readonly event_id: string
  readonly topic: string
  readonly entry: EntryFields
  /** Why the last attempt failed; no row values. */
  readonly error: string
  readonly attempts: number
}

export type StoredLetter = DeadLetter & {
  readonly key: string
  readonly type: string
  readonly state: 'open' | 'retry' | 'done' | 'dropped'
  readonly actor: string | null
  readonly reason: string | null
  readonly at: Date
  readonly ended_at: Date | null
}

/** What names a letter. */
export type LetterId = Pick<DeadLetter, 'consumer' | 'event_id'>

const ERROR_LENGTH_MAX = 1_000

/** Write a letter; one that is there is opened again with the newer error. */
export async function writeLetter(pool: Pool, letter: DeadLetter): Promise<void> {
  const { consumer, event_id, topic, entry, attempts } = letter
  const error = letter.error.slice(0, ERROR_LENGTH_MAX)
  await pool.query(
    `insert into events.dead_letter (consumer, event_id, topic, key, type, entry, error, attempts)
     values ($1::text, $2::text, $3::text, coalesce($4::jsonb->>'key', ''), coalesce($4::jsonb->>'type', ''),
             $4::jsonb, $5::text, $6::integer)
     on conflict (consumer, event_id) do update
       set error = excluded.error, attempts = excluded.attempts, state = 'open', at = clock_timestamp(),
           ended_at = null`,
    [consumer, event_id, topic, JSON.stringify(entry), error, attempts],
  )
}

const COLUMNS =
  'consumer, event_id, topic, key, type, entry, error, attempts, state, actor, reason, at, ended_at'

/** Letters that wait for a person or a retry, oldest first. @param topic null: of all topics */
export async function openLetters(pool: Pool, topic: string | null, limit: number): Promise<StoredLetter[]> {
  const { rows } = await pool.query<StoredLetter>(
    `select ${COLUMNS} from events.dead_letter
      where state in ('open', 'retry') and ($1::text is null or topic = $1::text)
      order by at, consumer, event_id limit $2::integer`,
    [topic, limit],
  )
  return rows
}

/** Letters of one consumer that somebody wants to be tried again, oldest first. */
export async function lettersToRetry(pool: Pool, consumer: string, limit: number): Promise<StoredLetter[]> {
  const { rows } = await pool.query<StoredLetter>(
    `select ${COLUMNS} from events.dead_letter
      where state = 'retry' and consumer = $1::text order by at, event_id limit $2::integer`,
    [consumer, limit],
  )
  return rows
}

/**
 * Have a letter tried again by its consumer, within its next look.
 * @returns false: there is no such letter, or it has ended
 */
export async function retryLetter(
  db: Pool | PoolClient,
  { consumer, event_id }: LetterId,
  actor: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update events.dead_letter set state = 'retry', actor = $3::text
      where consumer = $1::text and event_id = $2::text and state in ('open', 'retry')`,
    [consumer, event_id, actor],
  )
  return rowCount === 1
}

/**
 * Give a letter up for good.
 * @returns false: there is no such letter, or it has ended
 * @throws pg error 23514 without actor or reason
 */
export async function dropLetter(
  db: Pool | PoolClient,
  { consumer, event_id }: LetterId,
  by: { readonly actor: string; readonly reason: string },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update events.dead_letter
        set state = 'dropped', actor = $3::text, reason = trim($4::text), ended_at = clock_timestamp()
      where consumer = $1::text and event_id = $2::text and state in ('open', 'retry')`,
    [consumer, event_id, by.actor, by.reason],
  )
  return rowCount === 1
}

/** A retry had its effect. */
export async function endLetter(pool: Pool, { consumer, event_id }: LetterId): Promise<void> {
  await pool.query(
    `update events.dead_letter set state = 'done', ended_at = clock_timestamp()
      where consumer = $1::text and event_id = $2::text and state = 'retry'`,
    [consumer, event_id],
  )
}

/** Open letters by topic. */
export async function countLetters(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ topic: string; n: number }>(
    `select topic, count(*)::integer as n from events.dead_letter where state in ('open', 'retry') group by topic`,
  )
  return new Map(rows.map(({ topic, n }) => [topic, n]))
}
