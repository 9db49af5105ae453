/** What the worker does for stock, with nobody asking: real api, worker, Postgres and Redis. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('stock_jobs')
const { pool } = database
const redis = new Redis(database.env['REDIS_URL'] ?? '')
let api: RunningProcess
let workers: RunningProcess[] = []

beforeAll(async () => {
  api = await startProcess('api', database.env)
  workers = await Promise.all([startProcess('worker', database.env), startProcess('worker', database.env)])
})
afterAll(async () => {
  await Promise.all([api, ...workers].map((process) => process.stop()))
  redis.disconnect()
  expect(await verifyInventory(pool)).toEqual([]) // two workers at once have done no harm
})

const shownOf = async (sku: string) =>
  (
    await pool.query<{ availability: string }>(
      'select a.availability from item_availability a join items i using (item_id) where i.sku = $1',
      [sku],
    )
  ).rows[0]?.availability

test('a hold that is not paid in time is stock again, for search and for the next shopper', async () => {
  await stockShop(pool, { LAST: { units: 1 } })
  const [slow, next] = [
    await shopper(api.url, database.namespace),
    await shopper(api.url, database.namespace),
  ]
  const taken = await slow.hold([{ sku: 'LAST', qty: 1 }])
  expect(taken.status).toBe(201)
  await waitFor('search shows that it is gone', async () => (await shownOf('LAST')) === 'out_of_stock')
  expect((await next.hold([{ sku: 'LAST', qty: 1 }])).status).toBe(409)
  await pool.query(
    `update inv.hold set expires_at = clock_timestamp(), due_at = clock_timestamp() where id = $1`,
    [taken.body.hold_id],
  )
  await waitFor(
    'the next shopper gets it',
    async () => (await next.hold([{ sku: 'LAST', qty: 1 }])).status === 201,
  )
  expect(await unitsOf(pool, 'LAST')).toMatchObject({ held: 1 })
})

test('units that Redis has lost or made up are found, told and put right', async () => {
  await stockShop(pool, { DRIFT: { units: 20 } })
  const me = await shopper(api.url, database.namespace)
  expect((await me.hold([{ sku: 'DRIFT', qty: 1 }])).status).toBe(201)
  const keys = gateKeys(namesFor(database.namespace).redisPrefix)
  const key = keys.of(0, Number(await redis.get(keys.epoch(0)))).k('DRIFT')
  await waitFor('the gate is at rest', async () => (await redis.hget(key, 'a')) === '19')
  await redis.hincrby(key, 'a', 3)
  await me.hold([{ sku: 'DRIFT', qty: 2 }]) // a change, so that the SKU is looked at
  await waitFor('the gate counts right', async () => (await redis.hget(key, 'a')) === '17', {
    deadlineMs: 20_000,
  })
  await waitFor('it is told', async () => {
    const { rows } = await pool.query(
      `select from inv.drift_report d where d.sku = 'DRIFT' and d.before - d.expected = 3 and d.fixed`,
    )
    return rows.length === 1
  })
})
