/** What the worker does for stock, with nobody asking: real api, worker, indexer and servers. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { createElasticsearch } from '../../src/elasticsearch/client.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { useDatabase } from '../support/database.ts'
import { catalogueOf } from '../support/indexed-catalogue.ts'
import { liveIndexOf } from '../support/indexer-verify.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('stock_jobs')
const { pool } = database
const redis = new Redis(database.env['REDIS_URL'] ?? '')
const client = createElasticsearch({
  url: database.elasticsearchUrl,
  maxConnections: 4,
  requestTimeoutMs: 10_000,
})
let api: RunningProcess
let indexer: RunningProcess
let workers: RunningProcess[] = []

beforeAll(async () => {
  const kinds = ['api', 'indexer', 'worker', 'worker'] as const
  const started = await Promise.all(kinds.map((kind) => startProcess(kind, database.env)))
  api = started[0] as RunningProcess
  indexer = started[1] as RunningProcess
  workers = started.slice(2)
})
afterAll(async () => {
  await Promise.all([api, indexer, ...workers].map((process) => process.stop()))
  redis.disconnect()
  await client.close()
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

test('search shows low at the threshold, and in stock again only above 1.25 times as many', async () => {
  await stockShop(pool, { SHOWN: { units: 10 }, AFTER: { units: 1 } })
  await pool.query(`update inv.sku set low_at = 4 where sku in ('SHOWN', 'AFTER')`)
  await liveIndexOf(client, database.namespace)
  const catalogue = catalogueOf(database, client, namesFor(database.namespace).itemsAlias)
  const { rows } = await pool.query<{ item_id: string }>(
    `select item_id from items where sku in ('SHOWN', 'AFTER') order by sku desc`,
  )
  const [shown, after] = rows.map(({ item_id }) => item_id)
  const availability = async (id = '') => (await catalogue.document(id))?.['availability']
  const expectShown = (word: string, id = shown) =>
    waitFor(`search shows ${word}`, async () => (await availability(id)) === word)
  const receive = (sku: string, units: number) =>
    pool.query('select from inv.receive(array[$1::text], array[1::smallint], array[$2::integer], $3, $3)', [
      sku,
      units,
      'test',
    ])
  const me = await shopper(api.url, database.namespace)
  const hold = async (qty: number) => (await me.hold([{ sku: 'SHOWN', qty }])).body.hold_id ?? ''

  await expectShown('low', after)
  await expectShown('in_stock')
  await hold(5) // 5 are left: above the threshold
  const last = await hold(1)
  await expectShown('low')
  const rest = await hold(4)
  await expectShown('out_of_stock')
  await me.release(rest) // 4
  await expectShown('low')
  await me.release(last) // 5, which is 1.25 times 4
  await receive('AFTER', 50) // seen later than what was before it
  await expectShown('in_stock', after)
  expect(await availability(shown)).toBe('low')
  await receive('SHOWN', 1) // 6
  await expectShown('in_stock')
})
