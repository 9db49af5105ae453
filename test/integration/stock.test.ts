/** Stock changed by hand, and what plain SQL cannot do to it. */
import { afterEach, describe, expect, test } from 'vitest'
import { readInventory } from '../../src/postgres/inv/inventory.ts'
import { readLedger } from '../../src/postgres/inv/ledger.ts'
import { putLocation, setSellable } from '../../src/postgres/inv/locations.ts'
import {
  adjustStock,
  readPromises,
  receiveStock,
  setSafety,
  transferStock,
} from '../../src/postgres/inv/stock.ts'
import { useDatabase } from '../support/database.ts'
import { cartFor, openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'

const { pool } = await useDatabase('stock')
const desk = openDesk(pool)
const because = { reason: 'stocktaking', actor: 'ann' }
await putLocation(pool, { loc: 2, name: 'second', sellable: true, rank: 100 })

afterEach(async () => expect(await desk.breaches()).toEqual([]))

describe('the ledger', () => {
  test.for([
    ['update', `update inv.stock_ledger set d_held = 0`],
    ['update of nothing', `update inv.stock_ledger set d_held = 0 where false`],
    ['delete', 'delete from inv.stock_ledger'],
    ['truncate', 'truncate inv.stock_ledger'],
  ])('I3: refuses %s', async ([, statement]) => {
    await expect(pool.query(statement ?? '')).rejects.toMatchObject({ code: '42501' })
  })

  test('tells a SKU from its first unit on, youngest first, with reason and actor', async () => {
    await stockShop(pool, { told: { units: 5 } })
    await desk.hold({ told: 2 })
    await desk.within((tx) => setSafety(tx, { sku: 'told', loc: 1, safety: 1 }, because))
    const rows = await readLedger(pool, 'told', { before: null, limit: 10 })
    expect(rows.map(({ ver, kind, actor }) => [ver, kind, actor])).toEqual([
      [3, 'safety', 'ann'],
      [2, 'hold', null],
      [1, 'receive', 'test'],
    ])
    const [, second] = rows
    expect(await readLedger(pool, 'told', { before: second ?? null, limit: 10 })).toEqual(rows.slice(2))
  })
})

describe('plain SQL', () => {
  const statements: readonly (readonly [string, string])[] = [
    ['more held than there is', `update inv.stock set held = 99 where sku = 'plain'`],
    ['held without a row of the ledger', `update inv.stock set held = held + 1 where sku = 'plain'`],
    [
      'more on hand without a row of the ledger',
      `update inv.stock set on_hand = on_hand + 1 where sku = 'plain'`,
    ],
    ['units moved to another key', `update inv.stock set loc = 2 where sku = 'plain'`],
    ['a row that begins with units', `insert into inv.stock (sku, loc, on_hand) values ('plain', 2, 5)`],
    ['a row that ends with units', `delete from inv.stock where sku = 'plain'`],
    [
      'a ledger row of other units',
      `with s as (update inv.sku set ver = ver + 1 where sku = 'plain' returning ver),
            l as (insert into inv.stock_ledger (sku, loc, ver, kind, d_held) select 'plain', 1, ver, 'hold', 1 from s)
       update inv.stock set held = held + 2 where sku = 'plain'`,
    ],
  ]
  test.for(statements)('I1, I3: cannot write %s', async ([, statement]) => {
    await pool.query(`select from inv.receive('{plain}', '{1}', '{5}', null, null)`)
    await expect(pool.query(statement)).rejects.toMatchObject({ code: '23514' })
  })

  test('I3: cannot repeat a change of before, although its ledger row is there', async () => {
    await pool.query(`select from inv.receive('{again}', '{1}', '{5}', null, null)`)
    const again = pool.query(`update inv.stock set on_hand = on_hand + 5 where sku = 'again'`)
    await expect(again).rejects.toMatchObject({ constraint: 'stock_needs_ledger' })
  })
})

test('no function of the order path is compiled at every call because it may not read whole tables', async () => {
  const { rows } = await pool.query<{ name: string }>(
    `select p.proname as name from pg_proc p
      where p.pronamespace = 'inv'::regnamespace
        and 'enable_seqscan=off' = any (p.proconfig) and not 'jit=off' = any (p.proconfig)`,
  )
  expect(rows).toEqual([])
})

describe('a change by hand', () => {
  test('of a delivery makes the rows of a new SKU and adds up what comes twice', async () => {
    const units = [
      { sku: 'new-1', loc: 1, qty: 3 },
      { sku: 'new-2', loc: 2, qty: 1 },
      { sku: 'new-1', loc: 1, qty: 4 },
      { sku: 'new-1', loc: 2, qty: 2 },
    ]
    const steps = await desk.within((tx) => receiveStock(tx, units, because))
    expect(steps.toSorted((a, b) => a.sku.localeCompare(b.sku))).toEqual([
      { sku: 'new-1', ver: 1 },
      { sku: 'new-2', ver: 1 },
    ])
    expect([await desk.shelf('new-1'), await desk.shelf('new-1', 2)]).toMatchObject([
      { on_hand: 7 },
      { on_hand: 2 },
    ])
  })

  test('of a transfer is two rows of one version and changes nothing for shoppers', async () => {
    await stockShop(pool, { move: { units: 5 } })
    await desk.hold({ move: 2 })
    const ask = (qty: number) =>
      desk.within((tx) => transferStock(tx, { sku: 'move', from: 1, to: 2, qty }, because))
    expect(await ask(4)).toBeNull()
    expect(await ask(3)).toBe(3)
    const rows = await readLedger(pool, 'move', { before: null, limit: 2 })
    expect(rows.map(({ ver, loc, d_on_hand }) => [ver, loc, d_on_hand])).toEqual([
      [3, 1, -3],
      [3, 2, 3],
    ])
    expect((await desk.events('stock', 'move')).at(-1)?.payload).toMatchObject({ ver: 3, d: 0, available: 3 })
  })

  test('of safety may make available negative, and says so', async () => {
    await stockShop(pool, { safe: { units: 5 } })
    expect(await desk.within((tx) => setSafety(tx, { sku: 'safe', loc: 1, safety: 8 }, because))).toBe(2)
    expect((await readInventory(pool, ['safe']))[0]).toMatchObject({ available: -3, ver: 2 })
    expect(await desk.within((tx) => setSafety(tx, { sku: 'safe', loc: 9, safety: 8 }, because))).toBeNull()
  })

  test('of a location that closes takes its units away from shoppers in one step of each SKU', async () => {
    await putLocation(pool, { loc: 3, name: 'third', sellable: true, rank: 100 })
    await pool.query(`select from inv.receive('{close-1,close-1,close-2}', '{1,3,3}', '{1,4,2}', null, null)`)
    const set = (sellable: boolean) => desk.within((tx) => setSellable(tx, { loc: 3, sellable }, because))
    expect([await set(false), await set(false)]).toEqual([2, 0])
    expect((await desk.events('stock', 'close-1')).at(-1)?.payload).toMatchObject({
      ver: 2,
      d: -4,
      available: 1,
    })
    expect(await set(true)).toBe(2)
    expect((await desk.events('stock', 'close-2')).at(-1)?.payload).toMatchObject({
      ver: 3,
      d: 2,
      available: 2,
    })
  })
})

describe('an adjustment', () => {
  const adjust = (sku: string, d_on_hand: number, release_holds = false) =>
    desk.within((tx) => adjustStock(tx, { sku, loc: 1, d_on_hand, release_holds }, because))

  test('goes down to what is promised and no further, and tells who is in the way', async () => {
    await stockShop(pool, { count: { units: 10 } })
    const held = await desk.hold({ count: 3 })
    const order = await desk.order({ count: 2 })
    expect(await adjust('count', -6)).toEqual({ outcome: 'ADJUST_BELOW_PROMISED' })
    expect(await desk.within((tx) => readPromises(tx, { sku: 'count', loc: 1 }, 10))).toEqual([
      { kind: 'hold', id: held.id, state: 'ACTIVE', qty: 3 },
      { kind: 'order', id: order.order_id, state: 'ALLOCATED', qty: 2 },
    ])
    expect(await adjust('count', -5)).toEqual({ outcome: 'ADJUSTED', ver: 5, released: [] })
    expect(await desk.shelf('count')).toEqual({ on_hand: 5, held: 3, committed: 2, safety: 0 })
    expect(await adjust('nowhere', -1)).toEqual({ outcome: 'UNKNOWN_STOCK' })
  })

  test('ends the youngest holds that are not paid for, as many as are needed', async () => {
    await stockShop(pool, { yield: { units: 9 }, 'yield-too': { units: 9 } })
    const old = await desk.hold({ yield: 3 })
    const paying = await desk.hold({ yield: 3 })
    await desk.pay(paying.id)
    const young = await desk.hold({ yield: 1, 'yield-too': 2 })
    expect(await adjust('yield', -5, true)).toMatchObject({
      outcome: 'ADJUSTED',
      released: expect.arrayContaining([young.id, old.id]),
    })
    expect(await desk.shelf('yield')).toMatchObject({ on_hand: 4, held: 3 })
    expect(await desk.shelf('yield-too')).toMatchObject({ held: 0 })
    expect(await adjust('yield', -2, true)).toEqual({ outcome: 'ADJUST_BELOW_PROMISED' })
    expect(await Promise.all([old, paying, young].map(({ id }) => desk.stateOf(id)))).toEqual([
      'RELEASED',
      'PAYING',
      'RELEASED',
    ])
  })

  test('leaves holds alone that need not go', async () => {
    await stockShop(pool, { spare: { units: 9 } })
    const first = await desk.hold({ spare: 2 })
    const second = await desk.hold({ spare: 2 })
    expect(await adjust('spare', -5, true)).toMatchObject({ outcome: 'ADJUSTED', released: [] })
    expect(await adjust('spare', -1, true)).toMatchObject({ outcome: 'ADJUSTED', released: [second.id] })
    expect(await desk.stateOf(first.id)).toBe('ACTIVE')
    expect((await desk.reserve(cartFor({ spare: 1 })))[0]?.outcome).toBe('OK')
  })
})
