/** Effects that happen once, whatever is killed when: consumers as processes, and the marks they leave. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { openLetters } from '../../src/events/dead-letters.ts'
import { Group } from '../../src/events/group.ts'
import { forgetHandled, markHandled } from '../../src/events/handled.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import { topicKeys } from '../../src/redis/keys.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { randomBy } from '../support/random.ts'
import { chooseSeed } from '../support/seed.ts'
import { ROOT } from '../support/sources.ts'
import { connectTestRedis, createPublisher } from '../support/stock-publisher.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('crash')
const { pool } = database
const { redisPrefix } = namesFor(database.namespace)
const redis = connectTestRedis(database.redisUrl)
beforeAll(() => waitFor('Redis is there', () => redis.status === 'ready'))
afterAll(() => redis.disconnect())

describe('the mark of a handled event', () => {
  test('is made once, by one of two transactions, and not by one that is rolled back', async () => {
    const mark = (id: string) => inTransaction(pool, (tx) => markHandled(tx, 'marks', [id, 'other']))
    const rolledBack = inTransaction(pool, async (tx) => {
      await markHandled(tx, 'marks', ['a'])
      throw new Error('no')
    })
    await expect(rolledBack).rejects.toThrow('no')
    const found = await Promise.all([mark('a'), mark('a'), mark('a')])
    expect(found.map((set) => set.size).toSorted()).toEqual([0, 0, 2])
  })

  test('is forgotten after 8 days', async () => {
    await pool.query(
      `insert into events.handled (consumer, event_id, at) values ('old', '1', now() - interval '8 days 1 minute'),
         ('old', '2', now() - interval '7 days 23 hours')`,
    )
    expect(await forgetHandled(pool, 8, new AbortController().signal)).toBe(1)
    const { rows } = await pool.query(`select event_id from events.handled where consumer = 'old'`)
    expect(rows).toEqual([{ event_id: '2' }])
  })
})

const EVENTS = IS_SOAK ? 10_000 : 1_500
const KILLS = IS_SOAK ? 40 : 4

test(`event-crash: ${KILLS} kills at the effect and at the answer, and each of ${EVENTS} events has one effect`, {
  timeout: 30_000 + KILLS * 5_000,
}, async () => {
  const random = randomBy(chooseSeed('event-crash'))
  await pool.query('create table effect (event_id text not null)')
  const { stream } = topicKeys(redisPrefix, 'crash')
  const ids = await createPublisher(redis).stock(stream, EVENTS)
  const run = (moment: string, n: number) => {
    const args = [database.postgresUrl, database.redisUrl, stream, moment, String(n)]
    const child = spawn(process.execPath, [join(ROOT, 'test/support/consumer-process.ts'), ...args])
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('close', (_code, signal) => resolve(signal)),
    )
    onTestFinished(() => void child.kill('SIGKILL'))
    return { child, ended }
  }
  for (let kill = 0; kill < KILLS; kill++) {
    const n = Math.floor((random() * EVENTS) / (KILLS + 1))
    expect(await run(kill % 2 === 0 ? 'effect' : 'answer', n).ended).toBe('SIGKILL')
  }
  const last = run('never', 0)
  const group = new Group({ connection: redis, stream, group: 'counting', consumer: 'test' })
  const answered = async () => {
    const { pending, lag } = await group.facts()
    return pending === 0 && lag === 0
  }
  await waitFor('every event is answered for', answered, { deadlineMs: 30_000 })
  last.child.kill('SIGTERM')
  expect(await last.ended).toBeNull()
  const { rows } = await pool.query<{ n: number; distinct: number }>(
    'select count(*)::integer as n, count(distinct event_id)::integer as distinct from effect',
  )
  expect(rows).toEqual([{ n: ids.length, distinct: ids.length }])
  expect(await openLetters(pool, 'stock', 1)).toEqual([])
})
