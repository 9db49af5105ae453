/**
 * The event relay of a running indexer against real servers: R1 at least once, R2 in commit order, R3 nothing twice
 * that Redis still holds. One database and one Redis of its own, so the tests follow each other.
 */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { readDebts } from '../../indexer/adapters/relay-state.ts'
import { readStates } from '../../indexer/adapters/state-es.ts'
import { readWalLeft } from '../../indexer/adapters/wal-budget.ts'
import { parseLsn } from '../../indexer/core/lsn.ts'
import { namesFor } from '../../src/catalog/names.ts'
import { oweTopic } from '../../src/postgres/event-debt.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { topicKeys } from '../../src/redis/keys.ts'
import { useDatabase } from '../support/database.ts'
import { allArrived, createEventWriter, readEvents, versionsByKey } from '../support/event-writer.ts'
import { elasticsearchOf } from '../support/indexer-verify.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const PATIENCE_MS = 700
const KEYS = 20
const database = await useDatabase('relay')
const server = await useRedisServer()
const { pool } = database
const elasticsearch = await startTcpProxy(database.elasticsearchUrl)
const { redisPrefix, slot, stateIndex } = namesFor(database.namespace)
const env = {
  ...database.env,
  REDIS_URL: server.url,
  ELASTICSEARCH_URL: elasticsearch.url,
  AISLE_RELAY_PATIENCE_MS: String(PATIENCE_MS),
}
const redis = connectRedis(
  { url: server.url, name: 'test', commandTimeoutMs: 5_000, pipelining: false, onError: () => undefined },
  Math.random,
)
const stockStream = topicKeys(redisPrefix, 'stock').stream
let indexer: RunningProcess

beforeAll(async () => {
  const { writer, read } = await topicOf('early')
  await writer.commitMany(100, 2)
  indexer = await startProcess('indexer', env)
  await allArrived(writer, read)
  await untilPaid()
})
afterAll(async () => {
  redis.disconnect()
  await indexer.kill()
  await elasticsearch.close()
})

/** 1, 2, 3, ... of every key: nothing is missing, twice or late. */
function expectEachOnce(events: Awaited<ReturnType<typeof readEvents>>): void {
  for (const [key, versions] of versionsByKey(events)) {
    expect(versions, key).toEqual(versions.map((_, i) => i + 1))
  }
}

/** Nothing is owed: from here on only live events come. */
async function untilPaid(): Promise<void> {
  await waitFor('the debts are paid', async () => (await readDebts(pool)).length === 0)
}

/** A topic of a test's own. */
async function topicOf(topic: string) {
  const writer = await createEventWriter(pool, topic, KEYS)
  return { writer, read: () => readEvents(redis, redisPrefix, topic) }
}

describe('events of committed transactions', () => {
  test('R1: arrive although they are older than the slot', async () => {
    const events = await readEvents(redis, redisPrefix, 'early')
    expect(events.length).toBe(100)
    expectEachOnce(events)
  })

  test('R2: arrive once each, in the order of the versions of their key', async () => {
    const { writer, read } = await topicOf('stock')
    await writer.commitMany(600, 4)
    const events = await allArrived(writer, read)
    expect(events.length).toBe(600)
    expectEachOnce(events)
    expect(events[0]).toMatchObject({ type: 'order.paid', payload: { text: `käse "${events[0]?.key}"` } })
  })

  test('arrive all or not at all: a transaction that is rolled back leaves none', async () => {
    const { writer, read } = await topicOf('hold')
    const session = await pool.connect()
    onTestFinished(() => session.release(true))
    await session.query('begin')
    await session.query(
      `insert into outbox (topic, key, ver, type, payload) values ('hold', 'hold-000', 1, 'hold.created', '{}')`,
    )
    await session.query('rollback')
    await writer.commit(['hold-000', 'hold-001', 'hold-002'])
    await waitFor('the last of the three is there', async () => (await read()).length >= 3)
    const events = await read()
    expect(events.map(({ key, ver }) => [key, ver])).toEqual([
      ['hold-000', 1],
      ['hold-001', 1],
      ['hold-002', 1],
    ])
  })

  test('are seen by their readers only when the rows of their transaction are', async () => {
    const { writer } = await topicOf('queue')
    const { stream } = topicKeys(redisPrefix, 'queue')
    const reader = redis.duplicate()
    await waitFor('the reader is connected', () => reader.status === 'ready')
    onTestFinished(() => reader.disconnect())
    const writing = writer.commitMany(400, 4)
    let last = '0'
    for (let found = 0; found < 400; ) {
      const [, entries] =
        (await reader.xread('COUNT', 50, 'BLOCK', 4_000, 'STREAMS', stream, last))?.[0] ?? []
      expect(entries, `after ${found} events`).toBeDefined()
      const ids = (entries ?? []).map(([, fields]) => fields[1])
      const { rows } = await pool.query('select id from outbox where id = any($1::bigint[])', [ids])
      expect(rows.length).toBe(ids.length)
      found += ids.length
      last = entries?.at(-1)?.[0] ?? last
    }
    await writing
  })
})

describe('a relay that was interrupted', () => {
  test('goes on while Elasticsearch swallows every byte', async () => {
    const { writer, read } = await topicOf('searchless')
    elasticsearch.setMode('silent')
    onTestFinished(() => elasticsearch.setMode('pass'))
    await pool.query(
      `with made as (insert into categories (name, slug) values ('Lamps', 'lamps') returning category_id)
       insert into items (sku, name, category_id, currency) select 'LAMP', 'Lamp', category_id, 'EUR' from made`,
    )
    await writer.commitMany(100, 2)
    expectEachOnce(await allArrived(writer, read))
  })

  test('R1 and R3: killed under writes, it goes on without losing or repeating an event', async () => {
    const { writer, read } = await topicOf('order')
    for (let kill = 0; kill < 2; kill++) {
      const writing = writer.commitMany(300, 3)
      await waitFor('some have arrived', async () => (await read()).length > 100 + kill * 300)
      await indexer.kill()
      indexer = await startProcess('indexer', env)
      await writing
    }
    const events = await allArrived(writer, read)
    expect(events.length).toBe(600)
    expectEachOnce(events)
  })

  test('R3: Redis that was away for less than its patience gets each event once', async () => {
    const { writer, read } = await topicOf('session')
    await writer.commitMany(50, 2)
    await allArrived(writer, read)
    server.freeze()
    await writer.commitMany(100, 2)
    server.thaw()
    const events = await allArrived(writer, read)
    expect(events.length).toBe(150)
    expectEachOnce(events)
    expect(await readDebts(pool)).toEqual([])
  })

  test('R1: killed while Redis does not answer, it has acknowledged nothing that is not there', async () => {
    await indexer.kill()
    indexer = await startProcess('indexer', { ...env, AISLE_RELAY_PATIENCE_MS: '60000' })
    const { writer, read } = await topicOf('held')
    server.freeze()
    await writer.commitMany(100, 2)
    const { rows } = await pool.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')
    await waitFor(
      'the position of the index is saved beyond them',
      async () => await isSaved(rows[0]?.lsn ?? ''),
    )
    await indexer.kill()
    server.thaw()
    indexer = await startProcess('indexer', env)
    const events = await allArrived(writer, read)
    expect(events.length).toBe(100)
    expectEachOnce(events)
  })

  test('what is left of the WAL budget is a share, and nothing where there is no slot', async () => {
    const left = await readWalLeft(pool, slot)
    const { rows } = await pool.query<{ is_bounded: boolean }>(
      `select pg_size_bytes(current_setting('max_slot_wal_keep_size')) > 0 as is_bounded`,
    )
    if (rows[0]?.is_bounded) expect(left).toBeGreaterThan(0.5)
    else expect(left).toBeNull()
    expect(left ?? 1).toBeLessThanOrEqual(1)
    expect(await readWalLeft(pool, 'no_such_slot')).toBeNull()
  })

  test('R1: Redis that stays away makes a debt, which frees the WAL, and gets every event when it is back', async () => {
    const { writer, read } = await topicOf('late')
    await writer.commitMany(50, 2)
    await allArrived(writer, read)
    server.freeze()
    await writer.commitMany(300, 3)
    await waitFor('a debt is recorded', async () => (await readDebts(pool)).length === 1)
    const { rows } = await pool.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn')
    await waitFor('the WAL is let go', async () => await isAcknowledged(rows[0]?.lsn ?? ''))
    await writer.commitMany(100, 3)
    server.thaw()
    const events = await allArrived(writer, read)
    expect(new Set(events.map(({ id }) => id)).size).toBe(450)
    await untilPaid()
  })
})

describe('a stream that was lost', () => {
  test('R1: deleted under the relay, it is filled again from the outbox', async () => {
    expect(await redis.del(stockStream)).toBe(1)
    await waitFor('all of it is back', async () => (await redis.xlen(stockStream)) === 600)
    await untilPaid()
    expectEachOnce(await readEvents(redis, redisPrefix, 'stock'))
  })

  test('is filled from a time on when somebody asks for it', async () => {
    const topic = 'early'
    const { rows } = await pool.query<{ at: Date; n: number }>(
      `select at, (select count(*)::integer from outbox l where l.topic = o.topic and l.at >= o.at) as n
         from outbox o where topic = $1::text order by at offset 70 limit 1`,
      [topic],
    )
    const [from] = rows
    const { stream } = topicKeys(redisPrefix, topic)
    const before = await redis.xlen(stream)
    await oweTopic(pool, topic, from?.at.toISOString() ?? null, null)
    await untilPaid()
    // ISO times are cut to ms: rows of the same ms come too
    expect((await redis.xlen(stream)) - before).toBeGreaterThanOrEqual(from?.n ?? Number.NaN)
    expect((await redis.xlen(stream)) - before).toBeLessThan(100)
  })

  test('R1: Redis that comes back empty gets every topic again, also while no indexer saw it', async () => {
    await indexer.kill()
    await server.killAndRestart()
    await waitFor('connected', async () => (await redis.ping()) === 'PONG')
    indexer = await startProcess('indexer', env)
    const lengths = async () =>
      await Promise.all(['stock', 'order'].map((topic) => redis.xlen(topicKeys(redisPrefix, topic).stream)))
    await waitFor('all are back', async () => (await lengths()).every((length) => length === 600))
    await untilPaid()
    for (const topic of ['stock', 'order']) expectEachOnce(await readEvents(redis, redisPrefix, topic))
  })
})

/** The indexer has saved what is durable in search, which is when it also acknowledges. */
async function isSaved(lsn: string): Promise<boolean> {
  const states = await readStates(elasticsearchOf(database), stateIndex)
  return states.some(({ state }) => state.position >= parseLsn(lsn))
}

async function isAcknowledged(lsn: string): Promise<boolean> {
  const { rows } = await pool.query<{ done: boolean }>(
    'select confirmed_flush_lsn >= $2::pg_lsn as done from pg_replication_slots where slot_name = $1::text',
    [slot, lsn],
  )
  return rows[0]?.done === true
}
