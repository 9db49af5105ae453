/**
 * Events of a topic sent again because a person wants it, such as after a consumer was wrong. The rows of the outbox are
 * owed to the stream; the indexer pays, in the order of their ids. Consumers have each effect once.
 */
import { oweTopic } from '../postgres/event-debt.ts'
import type { Pool } from '../postgres/pool.ts'
import type { Redis } from '../redis/connection.ts'
import { topicKeys } from '../redis/keys.ts'
import { fieldsOf, type StreamEntry } from './entry.ts'

const PAGE = 1_000
/** An event is as old as the beginning of its transaction; no transaction here lasts longer. */
const SLACK_MS = 60_000

const LSN = /^([0-9a-f]{1,8})\/([0-9a-f]{1,8})$/i

/** @returns null: it is none */
export function parseLsn(text: string): bigint | null {
  const match = LSN.exec(text)
  return match && (BigInt(`0x${match[1]}`) << 32n) + BigInt(`0x${match[2]}`)
}

/**
 * When the first event at or after a position began, as the stream has it.
 * @returns ISO 8601, a minute early; null: the stream does not reach back so far, so nobody knows
 * @throws what Redis throws
 */
export async function timeOfPosition(
  redis: Redis,
  { redisPrefix, topic, lsn }: { readonly redisPrefix: string; readonly topic: string; readonly lsn: bigint },
): Promise<string | null> {
  const { stream } = topicKeys(redisPrefix, topic)
  let earliest = Number.POSITIVE_INFINITY
  let end = '+'
  for (;;) {
    const page: StreamEntry[] = await redis.xrevrange(stream, end, '-', 'COUNT', PAGE)
    for (const [, list] of page) {
      const { lsn: position = '', at = '' } = fieldsOf(list)
      const found = parseLsn(position)
      if (found === null) continue // sent again: its commit is not known
      if (found >= lsn) earliest = Math.min(earliest, Date.parse(at))
      else return new Date(Math.min(earliest, Date.parse(at)) - SLACK_MS).toISOString()
    }
    const [last] = page.at(-1) ?? []
    if (last === undefined || page.length < PAGE) return null
    end = `(${last}`
  }
}

/**
 * Have the events since then sent again.
 * @param since ISO 8601; null: all that the outbox keeps
 * @returns how many rows are owed
 */
export async function replaySince(pool: Pool, topic: string, since: string | null): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select count(*)::float8 as n from outbox o
      where o.topic = $1::text and ($2::timestamptz is null or o.at >= $2::timestamptz)`,
    [topic, since],
  )
  const owed = rows[0]?.n ?? 0
  if (owed > 0) await oweTopic(pool, topic, since, null)
  return owed
}
