/** Writes domain events as the order path does: a version per key, raised under the lock of the key's row. */
import type { Pool } from '../../src/postgres/pool.ts'
import type { Redis } from '../../src/redis/connection.ts'
import { topicKeys } from '../../src/redis/keys.ts'
import { waitFor } from './wait-for.ts'

export type StoredEvent = {
  readonly stream_id: string
  readonly id: string
  readonly key: string
  readonly ver: number
  readonly type: string
  readonly payload: unknown
}

export type EventWriter = {
  /** One transaction with an event for each of these keys, sorted. */
  commit(keys: readonly string[]): Promise<void>
  /** `count` transactions of one event each, `sessions` at a time, over all keys. */
  commitMany(count: number, sessions: number): Promise<void>
  /** The last committed version of each key. */
  versions(): Promise<ReadonlyMap<string, number>>
}

export async function createEventWriter(pool: Pool, topic: string, keyCount: number): Promise<EventWriter> {
  const table = `writer_${topic}`
  const keys = Array.from({ length: keyCount }, (_, i) => `${topic}-${String(i).padStart(3, '0')}`)
  await pool.query(`create table ${table} (key text primary key, ver bigint not null default 0)`)
  await pool.query(`insert into ${table} (key) select unnest($1::text[])`, [keys])
  const commit = async (some: readonly string[]) => {
    await pool.query(
      `with locked as (select key from ${table} where key = any($1::text[]) order by key for update),
            raised as (update ${table} w set ver = w.ver + 1 from locked where w.key = locked.key
                       returning w.key, w.ver)
       insert into outbox (topic, key, ver, type, payload)
       select $2::text, key, ver, 'order.paid', jsonb_build_object('text', 'käse "' || key || '"') from raised`,
      [some, topic],
    )
  }
  return {
    commit,
    async commitMany(count, sessions) {
      let left = count
      const session = async () => {
        for (let n = left--; n > 0; n = left--) await commit([keys[n % keys.length] ?? ''])
      }
      await Promise.all(Array.from({ length: sessions }, session))
    },
    async versions() {
      const { rows } = await pool.query<{ key: string; ver: string }>(`select key, ver from ${table}`)
      return new Map(rows.map(({ key, ver }) => [key, Number(ver)]))
    },
  }
}

/** Entries of a topic after this id, oldest first. */
export async function readEvents(
  redis: Redis,
  prefix: string,
  topic: string,
  after = '-',
): Promise<StoredEvent[]> {
  const start = after === '-' ? '-' : `(${after}`
  const entries = await redis.xrange(topicKeys(prefix, topic).stream, start, '+')
  return entries.map(([stream_id, fields]) => {
    const values = new Map<string, string>()
    for (let i = 0; i < fields.length; i += 2) values.set(fields[i] ?? '', fields[i + 1] ?? '')
    return {
      stream_id,
      id: values.get('id') ?? '',
      key: values.get('key') ?? '',
      ver: Number(values.get('ver')),
      type: values.get('type') ?? '',
      payload: JSON.parse(values.get('payload') ?? 'null'),
    }
  })
}

/** Versions of each key in the order of the stream. */
export function versionsByKey(events: readonly StoredEvent[]): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const { key, ver } of events) found.set(key, [...(found.get(key) ?? []), ver])
  return found
}

/** Wait until the stream has the last version of every key. @returns all of its entries */
export async function allArrived(
  writer: EventWriter,
  read: () => Promise<StoredEvent[]>,
  deadlineMs = 20_000,
): Promise<StoredEvent[]> {
  const wanted = [...(await writer.versions())]
  return await waitFor(
    'every event is in its stream',
    async () => {
      const events = await read()
      const found = versionsByKey(events)
      const isThere = ([key, last]: [string, number]) =>
        new Set(found.get(key) ?? []).size === last || `${key} has ${found.get(key)?.length} of ${last}`
      return wanted.every((pair) => isThere(pair) === true) ? events : null
    },
    { deadlineMs },
  )
}
