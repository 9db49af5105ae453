/**
 * Who ends a hold tells the gate, so that its units are sold again at once. Real api and worker processes; the job that
 * follows changes is frozen: somebody else has its lease.
 */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { dropLease, takeLease } from '../../src/postgres/inv/leases.ts'
import { takePayment } from '../../src/postgres/inv/payments.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { type Buyer, buyer } from '../support/buyer.ts'
import { useDatabase } from '../support/database.ts'
import { openDesk } from '../support/order-desk.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { insist, type Shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('stock_told')
const { pool, namespace } = database
const redis = new Redis(database.env['REDIS_URL'] ?? '')
const keys = gateKeys(namesFor(namespace).redisPrefix)
/** Patient: on a busy machine Postgres would decide alone, and the gate would not know of it. */
const env = { ...database.env, AISLE_GATE_TIMEOUT_MS: '5000' }
const FROZEN = { job: 'follow', slot: 0, holder: 'somebody who sleeps' }
let processes: RunningProcess[] = []
let [slow, next]: Buyer[] = []

beforeAll(async () => {
  await takeLease(pool, FROZEN, 3_600)
  processes = await Promise.all((['worker', 'api', 'api'] as const).map((kind) => startProcess(kind, env)))
  const [, one, other] = processes
  slow = await buyer(one?.url ?? '', namespace)
  next = await buyer(other?.url ?? '', namespace)
})
afterAll(async () => {
  await Promise.all(processes.map((process) => process.stop()))
  redis.disconnect()
  expect(await verifyInventory(pool)).toEqual([])
})

/** Units that the gate would let through; null: it has not loaded the SKU. */
async function counted(sku: string): Promise<number | null> {
  const units = await redis.hget(keys.of(0, Number(await redis.get(keys.epoch(0)))).k(sku), 'a')
  return units === null ? null : Number(units)
}

/** A hold, which is known to the gate when this returns. */
async function holdOf(who: Shopper | undefined, sku: string, qty: number, left: number): Promise<string> {
  const taken = await insist(() => who?.hold([{ sku, qty }]) ?? Promise.reject(new Error('nobody')))
  expect(taken.status).toBe(201)
  await waitFor('the gate has counted it', async () => (await counted(sku)) === left)
  return taken.body.hold_id ?? ''
}

const expire = async (id: string) =>
  pool.query('update inv.hold set expires_at = clock_timestamp(), due_at = clock_timestamp() where id = $1', [
    id,
  ])

/** I13: longest time, ms, in which the gate says 0 and Postgres has units, while `work` runs. */
async function longestGap(sku: string, work: () => Promise<unknown>): Promise<number> {
  let [longest, since, isOver]: [number, number | null, boolean] = [0, null, false]
  const watch = async () => {
    while (!isOver) {
      const { on_hand, held } = await unitsOf(pool, sku)
      const isShut = on_hand - held > 0 && ((await counted(sku)) ?? 1) <= 0
      since = isShut ? (since ?? performance.now()) : null
      if (since !== null) longest = Math.max(longest, performance.now() - since)
    }
  }
  const watching = watch()
  await work().finally(() => {
    isOver = true
  })
  await watching
  return longest
}

test('I13: a unit that comes free is on sale within 2 s although nobody follows', async () => {
  await stockShop(pool, { LAST: { units: 1 } })
  const buyAndLose = async (end: (id: string) => Promise<unknown>) => {
    await end(await holdOf(slow, 'LAST', 1, 0))
    await waitFor('it is on sale again', async () => (await counted('LAST')) === 1)
    await waitFor('for everybody', async () => {
      const taken = await next?.hold([{ sku: 'LAST', qty: 1 }])
      return taken?.status === 201 && (await next?.release(taken.body.hold_id ?? ''))
    })
    await waitFor('and again', async () => (await counted('LAST')) === 1)
  }
  const gap = await longestGap('LAST', async () => {
    await buyAndLose((id) => expire(id))
    await buyAndLose(async (id) => slow?.release(id))
    await buyAndLose((id) => expire(id))
  })
  expect(gap).toBeLessThanOrEqual(2_000)
})

test('lines in the place of others are counted by the gate, both ways', async () => {
  await stockShop(pool, { ONE: { units: 9 }, OTHER: { units: 9 } })
  const first = await holdOf(slow, 'ONE', 2, 7)
  await holdOf(next, 'OTHER', 1, 8)
  const more = await slow?.change(first, [
    { sku: 'ONE', qty: 5 },
    { sku: 'OTHER', qty: 3 },
  ])
  await waitFor('more is taken', async () => (await counted('ONE')) === 4 && (await counted('OTHER')) === 5)
  const less = await slow?.change(more?.body.hold_id ?? '', [{ sku: 'ONE', qty: 1 }])
  await waitFor('and given back', async () => (await counted('ONE')) === 8 && (await counted('OTHER')) === 8)
  expect([more?.status, less?.status]).toEqual([200, 200])
})

test('units that are cancelled are counted again', async () => {
  await stockShop(pool, { CUT: { units: 3 } })
  const desk = openDesk(pool)
  const payment = await desk.pay(await holdOf(slow, 'CUT', 3, 0))
  await desk.within((tx) => takePayment(tx, payment.id, payment))
  expect((await slow?.cancel(payment.order_id, [{ sku: 'CUT', qty: 2 }]))?.status).toBe(200)
  await waitFor('they are on sale', async () => (await counted('CUT')) === 2)
})

test('whoever follows late finds nothing that was lost', async () => {
  await dropLease(pool, FROZEN)
  await waitFor('a worker follows', async () => {
    const { rows } = await pool.query<{ holder: string }>(`select holder from inv.lease where job = 'follow'`)
    return rows[0] && rows[0].holder !== FROZEN.holder
  })
  await stockShop(pool, { LATE: { units: 3 } })
  await holdOf(slow, 'LATE', 1, 2)
  await pool.query(`select from inv.receive('{LATE}', '{1}', '{4}', 'found', 'test')`)
  await waitFor('it has followed', async () => (await counted('LATE')) === 6)
  expect((await pool.query('select sku, before, expected, cause from inv.drift_report')).rows).toEqual([])
})
