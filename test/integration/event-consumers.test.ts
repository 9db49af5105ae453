import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { type Consumer, type ConsumerParts, consume } from '../../src/events/consumer.ts'
import { dropLetter, openLetters, retryLetter } from '../../src/events/dead-letters.ts'
import type { DomainEvent } from '../../src/events/entry.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { topicKeys } from '../../src/redis/keys.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { useDatabase } from '../support/database.ts'
import { connectTestRedis, createPublisher } from '../support/stock-publisher.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('consumers')
const { pool } = database
const { redisPrefix } = namesFor(database.namespace)
const redis = connectTestRedis(database.redisUrl)
beforeAll(() => waitFor('Redis is there', () => redis.status === 'ready'))
afterAll(() => redis.disconnect())
const publish = createPublisher(redis)

type Stock = DomainEvent<'stock.changed'>

/** Run a consumer until the test ends. */
function start(
  name: string,
  handle: Consumer<'stock.changed'>['handle'],
  overrides: Partial<ConsumerParts> = {},
): { readonly stream: string; stop(): Promise<void> } {
  const { stream } = topicKeys(redisPrefix, name)
  const connection = connectTestRedis(database.redisUrl)
  const end = new AbortController()
  const parts: ConsumerParts = {
    connection,
    consumer: 'one',
    stream,
    pool,
    metrics: createMetrics(['events_', 'dead_letters']),
    log: createLogger('test', 'silent'),
    now: () => performance.now(),
    plan: { pausesMs: [10, 20], attempts: 8, claimMs: 60_000 },
    lookMs: 20,
    ...overrides,
  }
  const running = consume({ name, topic: 'stock', types: ['stock.changed'], handle }, parts, end.signal)
  const stop = async () => {
    end.abort()
    await running
    connection.disconnect()
  }
  onTestFinished(stop)
  return { stream, stop }
}

/** Everything that was handled, and how often. */
function counting() {
  const counts = new Map<string, number>()
  const count = (events: readonly Stock[]) => {
    for (const { event_id } of events) counts.set(event_id, (counts.get(event_id) ?? 0) + 1)
  }
  return { counts, count }
}

async function pendingOf(stream: string, group: string): Promise<number> {
  const [count] = (await redis.xpending(stream, group)) as [number]
  return count
}

describe('an event that cannot be handled', () => {
  test('C2: is a dead letter after 8 attempts, and the others of its batch are handled', async () => {
    const { counts, count } = counting()
    let attempts = 0
    let poison = ''
    const { stream } = start('poison', async (events) => {
      await Promise.resolve()
      if (events.some(({ event_id }) => event_id === poison)) {
        if (events.length === 1) attempts += 1
        throw new Error('cannot be done')
      }
      count(events)
    })
    poison = publish.nextId(3)
    const ids = await publish.stock(stream, 9)
    const [letter] = await waitFor('a letter', async () => {
      const letters = await openLetters(pool, 'stock', 10)
      return letters.length === 1 && letters
    })
    expect(letter).toMatchObject({
      consumer: 'poison',
      event_id: poison,
      error: 'cannot be done',
      attempts: 8,
    })
    expect(attempts).toBe(8)
    const after = await publish.stock(stream, 3)
    await waitFor('the stream goes on', () => counts.size === ids.length - 1 + after.length)
    await waitFor('all is answered', async () => (await pendingOf(stream, 'poison')) === 0)
    await dropLetter(pool, letter as never, { actor: 'operator', reason: 'made for a test' })
    expect(await openLetters(pool, 'stock', 10)).toEqual([])
  })

  test('C2: is a dead letter at once when its payload is not of its type', async () => {
    const { counts, count } = counting()
    const { stream } = start('unreadable', async (events) => {
      await Promise.resolve()
      count(events)
    })
    const [bad] = await publish.stock(stream, 1, '{"sku":7}')
    const good = await publish.stock(stream, 2)
    await waitFor('the good ones are handled', () => good.every((id) => counts.has(id)))
    const [letter] = await waitFor('a letter', async () => await openLetters(pool, 'stock', 10))
    expect(letter).toMatchObject({
      event_id: bad,
      attempts: 1,
      state: 'open',
      entry: { payload: '{"sku":7}' },
    })
    expect(counts.has(bad ?? '')).toBe(false)
    await dropLetter(pool, letter as never, { actor: 'operator', reason: 'made for a test' })
  })

  test('a letter that is tried again has its effect and ends', async () => {
    const { counts, count } = counting()
    let isBroken = true
    const { stream } = start(
      'again',
      async (events) => {
        await Promise.resolve()
        if (isBroken) throw new Error('not yet')
        count(events)
      },
      { plan: { pausesMs: [10], attempts: 1, claimMs: 60_000 } },
    )
    const [id] = await publish.stock(stream, 1)
    await waitFor('a letter', async () => (await openLetters(pool, 'stock', 1)).length === 1)
    isBroken = false
    expect(await retryLetter(pool, { consumer: 'again', event_id: id ?? '' }, 'operator')).toBe(true)
    await waitFor('no letter is left', async () => (await openLetters(pool, 'stock', 1)).length === 0)
    expect([...counts]).toEqual([[id, 1]])
  })

  test('a letter is dropped only with a reason, and only once', async () => {
    const { stream } = start('dropped', () => Promise.reject(new Error('never')), {
      plan: { pausesMs: [10], attempts: 1, claimMs: 60_000 },
    })
    await publish.stock(stream, 1)
    const [letter] = await waitFor('a letter', async () => {
      const letters = await openLetters(pool, 'stock', 1)
      return letters.length > 0 && letters
    })
    if (!letter) throw new Error('no letter')
    await expect(dropLetter(pool, letter, { actor: 'operator', reason: ' ' })).rejects.toMatchObject({
      code: '23514',
    })
    expect(await dropLetter(pool, letter, { actor: 'operator', reason: 'gone' })).toBe(true)
    expect(await dropLetter(pool, letter, { actor: 'operator', reason: 'gone' })).toBe(false)
  })
})

describe('a consumer', () => {
  test('C3: tries nothing while Postgres is away, and gives nothing up for it', async () => {
    const proxy = await startTcpProxy(database.postgresUrl)
    onTestFinished(proxy.close)
    const url = proxy.url
    const far = createPool({ url, applicationName: 'aisle-test', size: 2, statementTimeoutMs: 5_000 })
    onTestFinished(() => far.end())
    const { counts, count } = counting()
    let failures = 0
    let pauses = 0
    const { stream } = start(
      'outage',
      async (events) => {
        await far.query('select 1').catch((thrown: unknown) => {
          failures += 1
          throw thrown
        })
        count(events)
      },
      {
        pool: far,
        log: createLogger('test', 'warn', { write: () => void (pauses += 1) }),
        plan: { pausesMs: [1], attempts: 2, claimMs: 60_000 },
      },
    )
    const [first] = await publish.stock(stream, 1)
    await waitFor('it is at work', () => counts.has(first ?? ''))
    proxy.setMode('refuse')
    proxy.reset()
    const ids = await publish.stock(stream, 5)
    await waitFor('it was tried in vain', () => failures > 0)
    await waitFor('many rounds have passed', () => pauses > 6)
    proxy.setMode('pass')
    await waitFor('all are handled', () => ids.every((id) => counts.has(id)))
    expect(await openLetters(pool, 'stock', 1)).toEqual([])
  })

  test('C1: goes on when its stream is deleted under it', async () => {
    const { counts, count } = counting()
    const { stream } = start('deleted', async (events) => {
      await Promise.resolve()
      count(events)
    })
    const before = await publish.stock(stream, 3)
    await waitFor('the first are handled', () => before.every((id) => counts.has(id)))
    await redis.del(stream)
    const after = await publish.stock(stream, 3)
    await waitFor('those of the new stream too', () => after.every((id) => counts.has(id)))
  })

  test('C1: takes over what a dead one of its group has left', async () => {
    const { counts, count } = counting()
    const { stream } = topicKeys(redisPrefix, 'left')
    const ids = await publish.stock(stream, 4)
    await redis.xgroup('CREATE', stream, 'left', '0')
    await redis.xreadgroup('GROUP', 'left', 'dead', 'COUNT', 10, 'STREAMS', stream, '>')
    start(
      'left',
      async (events) => {
        await Promise.resolve()
        count(events)
      },
      { plan: { pausesMs: [10], attempts: 8, claimMs: 100 } },
    )
    await waitFor('all are handled', () => ids.every((id) => counts.get(id) === 1))
  })

  test('leaves no name behind when it stops', async () => {
    const { counts, count } = counting()
    const { stream, stop } = start('leaving', async (events) => {
      await Promise.resolve()
      count(events)
    })
    await publish.stock(stream, 1)
    await waitFor('it is handled', () => counts.size === 1)
    await stop()
    expect(await redis.xinfo('CONSUMERS', stream, 'leaving')).toEqual([])
  })
})
