/** Many buyers, few units, several processes: exactly the units are held, and everybody has an answer (T1, T2 in short). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { pick, randomBy } from '../support/random.ts'
import { chooseSeed } from '../support/seed.ts'
import { type HoldReply, insist, newKey, type Shopper, shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const PROCESSES = IS_SOAK ? 4 : 2
const BUYERS = IS_SOAK ? 5_000 : 500
const SHOPPERS = 50

const database = await useDatabase('hold_race')
const { pool } = database
const apis: RunningProcess[] = []
let shoppers: Shopper[] = []

beforeAll(async () => {
  apis.push(
    ...(await Promise.all(Array.from({ length: PROCESSES }, () => startProcess('api', database.env)))),
  )
  shoppers = await Promise.all(
    Array.from({ length: SHOPPERS }, (_, at) => shopper(apis[at % PROCESSES]?.url ?? '', database.namespace)),
  )
})
afterAll(async () => {
  expect(await verifyInventory(pool)).toEqual([])
  await Promise.all(apis.map((api) => api.stop()))
})

const buyer = (at: number): Shopper => shoppers[at % SHOPPERS] as Shopper
const count = (replies: readonly HoldReply[], status: number) =>
  replies.filter((reply) => reply.status === status).length
test('one unit is held by exactly one of many buyers, and all the others are told (T1)', async () => {
  await stockShop(pool, { LAST: { units: 1 } })
  const replies = await Promise.all(
    Array.from({ length: BUYERS }, (_, at) => {
      const key = newKey()
      return insist(() => buyer(at).hold([{ sku: 'LAST', qty: 1 }], { key }))
    }),
  )
  expect([count(replies, 201), count(replies, 409)]).toEqual([1, BUYERS - 1])
  expect(await unitsOf(pool, 'LAST')).toEqual({ on_hand: 1, held: 1, committed: 0 })
  const { rows } = await pool.query(`select count(*)::integer as n from inv.hold_line where sku = 'LAST'`)
  expect(rows).toEqual([{ n: 1 }])
})

test('carts of many lines over few units sell all of them and not one more (I1, I2, I3)', async () => {
  const random = randomBy(chooseSeed('carts of many lines'))
  const skus = Array.from({ length: 10 }, (_, at) => `M${at}`)
  await stockShop(pool, Object.fromEntries(skus.map((sku) => [sku, { units: 20 }])))
  const carts = Array.from({ length: BUYERS }, () => ({
    key: newKey(),
    lines: Array.from({ length: 1 + Math.floor(random() * 5) }, () => ({ sku: pick(random, skus), qty: 1 })),
  }))
  const twin = await shopper(apis.at(-1)?.url ?? '', database.namespace, buyer(0).subject)
  const calls = carts.flatMap((cart, at) => {
    const first = () => buyer(at).hold(cart.lines, { key: cart.key })
    // The calls of the first buyer are sent twice, to two processes.
    return at % SHOPPERS === 0 ? [first, () => twin.hold(cart.lines, { key: cart.key })] : [first]
  })
  const replies = await Promise.all(calls.map(insist))
  const held = Map.groupBy(
    replies.filter((reply) => reply.status === 201),
    (reply) => reply.body.hold_id,
  )
  for (const [, same] of held) expect(new Set(same.map((reply) => reply.text)).size).toBe(1)
  expect(count(replies, 201) + count(replies, 409)).toBe(replies.length)
  const { rows } = await pool.query(
    `select s.sku, s.on_hand, s.held,
            (select sum(l.qty)::integer from inv.hold_line l join inv.hold h on h.id = l.hold_id
              where l.sku = s.sku and h.state = 'ACTIVE') as in_holds,
            (select sum(l.d_held)::integer from inv.stock_ledger l where l.sku = s.sku) as in_ledger,
            (select count(*)::integer from inv.stock_ledger l where l.sku = s.sku) as changes,
            k.ver::integer as ver
       from inv.stock s join inv.sku k on k.sku = s.sku where s.sku like 'M_' order by s.sku`,
  )
  expect(rows.length).toBe(skus.length)
  for (const row of rows) {
    expect(row.held).toBeLessThanOrEqual(row.on_hand)
    expect([row.sku, row.in_holds, row.in_ledger, row.changes]).toEqual([
      row.sku,
      row.held,
      row.held,
      row.ver,
    ])
  }
  // What is left is left because the last carts wanted something else too: it can be had, as soon as the gate has heard
  // of the carts that Postgres refused.
  const left = rows.filter((row) => row.held < row.on_hand)
  for (const row of left) {
    const take = async () => (await insist(() => buyer(0).hold([{ sku: row.sku, qty: 1 }]))).status === 201
    await waitFor(`a unit of ${row.sku} is held`, take)
  }
})
