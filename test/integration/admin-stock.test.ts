/** Administration of stock: the calls against a real Postgres and a real gate. */
import { afterEach, describe, expect, test } from 'vitest'
import { openAdmin } from '../support/admin-desk.ts'
import { useDatabase } from '../support/database.ts'
import { cartOf, countsByHand } from '../support/gate-fixture.ts'
import { openDesk } from '../support/order-desk.ts'
import { newKey } from '../support/shopper.ts'
import { stockShop } from '../support/stocked-shop.ts'

const database = await useDatabase('admin_stock')
const { pool } = database
const desk = openDesk(pool)
const { gate, as, errors } = await openAdmin(database)
const hand = countsByHand(gate)
const ann = await as('inventory', 'ann')
const boss = await as('orders', 'boss')
await pool.query(`insert into inv.location (loc, name) values (2, 'back room')`)

afterEach(async () => {
  expect(await desk.breaches()).toEqual([])
  expect(errors).toEqual([])
})

const why = { reason: 'stocktaking' }
const change = (sku: string, body: object, headers = {}) =>
  ann.call('PATCH', `/admin/stock/${sku}`, { loc: 1, ...why, ...body }, headers)

/** Have the gate load a SKU, as the first cart does. */
async function load(sku: string): Promise<void> {
  const id = crypto.randomUUID()
  expect((await gate.gate.admit(cartOf(id, { [sku]: 1 }))).outcome).toBe('OK')
  await gate.gate.withdraw(id, [{ sku }])
}

describe('a change of stock', () => {
  test('is received, corrected and kept back, with who and why in the ledger, and the gate knows at once', async () => {
    await stockShop(pool, { LAMP: { units: 10 } })
    await load('LAMP')
    expect((await change('LAMP', { receive: 5 })).body).toEqual({ sku: 'LAMP', ver: 2, released: [] })
    expect(await hand.count('LAMP')).toBe(15)
    expect((await change('LAMP', { d_on_hand: -3 })).status).toBe(200)
    expect((await change('LAMP', { safety: 2 })).status).toBe(200)
    expect(await hand.count('LAMP')).toBe(10)
    const { body } = await ann.call('GET', '/admin/stock/LAMP')
    expect(body).toMatchObject({
      ...{ sku: 'LAMP', available: 10, ver: 4, queue: 0, rules: { max_per_cart: 99 } },
      shelves: [{ loc: 1, on_hand: 12, held: 0, committed: 0, safety: 2 }],
    })
    const first = await ann.call('GET', '/admin/ledger?sku=LAMP&limit=3')
    expect(first.body['ledger']).toMatchObject([
      { ver: 4, kind: 'safety', d_safety: 2, actor: 'ann', ref: 'stocktaking' },
      { ver: 3, kind: 'adjust', d_on_hand: -3, actor: 'ann', ref: 'stocktaking' },
      { ver: 2, kind: 'receive', d_on_hand: 5, actor: 'ann', ref: 'stocktaking' },
    ])
    const rest = await ann.call('GET', `/admin/ledger?sku=LAMP&limit=3&before=${first.body['next']}`)
    expect(rest.body).toMatchObject({ ledger: [{ ver: 1 }], next: null })
  })

  test('reaches search too: the last unit that leaves makes the item out of stock', async () => {
    await stockShop(pool, { GONE: { units: 1 } })
    await change('GONE', { d_on_hand: -1 })
    const { rows } = await pool.query(
      `select a.availability from item_availability a join items i using (item_id) where i.sku = 'GONE'`,
    )
    expect(rows).toEqual([{ availability: 'out_of_stock' }])
  })

  test('below what is promised is refused with the holds and orders in the way, or the youngest holds give way', async () => {
    await stockShop(pool, { VASE: { units: 10 } })
    const order = await desk.order({ VASE: 2 })
    const hold = await desk.hold({ VASE: 3 })
    const refused = await change('VASE', { d_on_hand: -6 })
    expect([refused.status, refused.body['reason']]).toEqual([409, 'ADJUST_BELOW_PROMISED'])
    expect(refused.body['promises']).toEqual([
      { kind: 'hold', id: hold.id, state: 'ACTIVE', qty: 3 },
      { kind: 'order', id: order.order_id, state: 'ALLOCATED', qty: 2 },
    ])
    expect(await desk.shelf('VASE')).toMatchObject({ on_hand: 10 })
    const done = await change('VASE', { d_on_hand: -6, release_holds: true })
    expect(done.body).toMatchObject({ released: [hold.id] })
    expect([await desk.stateOf(hold.id), await desk.shelf('VASE')]).toMatchObject([
      'RELEASED',
      { on_hand: 4, held: 0, committed: 2 },
    ])
    expect((await change('VASE', { d_on_hand: -3, release_holds: true })).body['reason']).toBe(
      'ADJUST_BELOW_PROMISED',
    )
  })

  test('with a key has its effect once, and a key of another change is refused', async () => {
    await stockShop(pool, { ONCE: { units: 1 } })
    const key = { 'idempotency-key': newKey() }
    const twins = await Promise.all([1, 2, 3].map(() => change('ONCE', { receive: 4 }, key)))
    expect(twins.map(({ status, text }) => [status, text])).toEqual(twins.map(() => [200, twins[0]?.text]))
    expect(await desk.shelf('ONCE')).toMatchObject({ on_hand: 5 })
    const again = await change('ONCE', { receive: 4 }, key)
    expect(again.headers.get('idempotent-replay')).toBe('true')
    expect((await change('ONCE', { receive: 5 }, key)).status).toBe(422)
    expect((await change('ONCE', { receive: 4 }, { 'idempotency-key': 'x' })).status).toBe(400)
    const { rowCount } = await pool.query(`select from auth.audit where target = 'ONCE'`)
    expect(rowCount).toBe(1)
  })

  test.for([
    ['no reason', { receive: 1, reason: ' ' }, 400],
    ['two ways at once', { receive: 1, safety: 1 }, 400],
    ['no way', {}, 400],
    ['a correction of nothing', { d_on_hand: 0 }, 400],
    ['holds that should give way to a delivery', { receive: 1, release_holds: true }, 400],
    ['a location that is not there', { receive: 1, loc: 77 }, 404],
    ['a shelf that is not there', { d_on_hand: 1, loc: 2 }, 404],
  ] as const)('with %s is refused', async ([, body, status]) => {
    await pool.query(`insert into inv.sku (sku) values ('STRICT') on conflict do nothing`)
    await pool.query(
      `insert into items (sku, name, category_id, currency) select 'STRICT', 's', category_id, 'EUR' from categories
        limit 1 on conflict do nothing`,
    )
    expect((await change('STRICT', body)).status).toBe(status)
    expect((await pool.query(`select from inv.stock_ledger where sku = 'STRICT'`)).rowCount).toBe(0)
  })

  test('of a sku that no item has is refused, and nobody can read its stock', async () => {
    expect((await change('TYPO', { receive: 1 })).status).toBe(404)
    expect((await ann.call('GET', '/admin/stock/TYPO')).status).toBe(404)
  })
})

test('a transfer moves units without a promise, and tells when there are not so many', async () => {
  await stockShop(pool, { MOVED: { units: 5 } })
  await desk.hold({ MOVED: 2 })
  const move = (qty: number, to = 2) =>
    ann.call('POST', '/admin/transfers', { sku: 'MOVED', from: 1, to, qty, reason: 'shelf full' })
  expect((await move(4)).body['reason']).toBe('TRANSFER_BELOW_PROMISED')
  expect((await move(3)).status).toBe(200)
  expect([await desk.shelf('MOVED'), await desk.shelf('MOVED', 2)]).toMatchObject([
    { on_hand: 2 },
    { on_hand: 3 },
  ])
  expect([(await move(1, 1)).status, (await move(1, 77)).status]).toEqual([400, 404])
  const { body } = await ann.call('GET', '/admin/ledger?sku=MOVED&limit=2')
  expect(body['ledger']).toMatchObject([
    { loc: 1, d_on_hand: -3, ref: 'shelf full', actor: 'ann' },
    { loc: 2, d_on_hand: 3, ref: 'shelf full', actor: 'ann' },
  ])
})

test('rules of a SKU change one by one, and the gate refuses by the new limit at once', async () => {
  await stockShop(pool, { RULED: { units: 9 } })
  await load('RULED')
  const rules = (body: object) => ann.call('PATCH', '/admin/skus/RULED', { ...why, ...body })
  expect((await rules({ limit_qty: 2, low_at: 1 })).body).toMatchObject({
    limit_qty: 2,
    low_at: 1,
    max_per_cart: 99,
  })
  expect(await gate.gate.admit(cartOf(crypto.randomUUID(), { RULED: 3 }))).toMatchObject({
    outcome: 'REFUSED',
  })
  expect((await rules({ max_per_cart: 5 })).body).toMatchObject({ limit_qty: 2, max_per_cart: 5 })
  expect((await rules({ limit_qty: null })).body).toMatchObject({ limit_qty: null })
  for (const wrong of [{}, { limit_qty: 0 }, { limit_bucket: 'week' }, { color: 'red' }]) {
    expect((await rules(wrong)).status).toBe(400)
  }
  expect((await ann.call('PATCH', '/admin/skus/TYPO', { ...why, low_at: 1 })).status).toBe(404)
})

test('a location is added, renamed and closed to shoppers', async () => {
  await stockShop(pool, { PLACED: { units: 4 } })
  const put = (body: object) => ann.call('PUT', '/admin/locations/5', { name: 'Attic', ...why, ...body })
  expect((await put({})).body).toEqual({ loc: 5, name: 'Attic', sellable: true, rank: 100, skus: 0 })
  await ann.call('POST', '/admin/transfers', { sku: 'PLACED', from: 1, to: 5, qty: 3, ...why })
  expect((await put({ sellable: false, rank: 7 })).body).toMatchObject({ skus: 1 })
  expect((await ann.call('GET', '/admin/stock/PLACED')).body).toMatchObject({ available: 1 })
  const { body } = await ann.call('GET', '/admin/locations')
  expect(body['locations']).toContainEqual({ loc: 5, name: 'Attic', sellable: false, rank: 7 })
  expect((await ann.call('PUT', '/admin/locations/x', { name: 'A', ...why })).status).toBe(400)
})

describe('reconcile and drift', () => {
  test('a planted drift is found, put right on request and reported', async () => {
    await stockShop(pool, { DRIFTED: { units: 6 } })
    await load('DRIFTED')
    await hand.plant('DRIFTED', 3)
    const ask = (body: object) => boss.call('POST', '/admin/reconcile', { sku: 'DRIFTED', ...why, ...body })
    const found = { sku: 'DRIFTED', before: 9, expected: 6, drift: 3 }
    expect((await ask({})).body).toMatchObject({ compared: 1, drift: [{ ...found, fixed: false }] })
    expect(await hand.count('DRIFTED')).toBe(9)
    expect((await ask({ fix: true })).body).toMatchObject({ drift: [{ ...found, fixed: true }] })
    expect((await ask({})).body).toMatchObject({ drift: [] })
    const { body } = await ann.call('GET', '/admin/drift?limit=1')
    expect(body['findings']).toMatchObject([{ ...found, fixed: true }])
    const audit = await boss.call('GET', '/admin/audit?target=DRIFTED')
    expect(audit.body['actions']).toMatchObject([
      { actor: 'boss', action: 'stock.reconcile', reason: 'stocktaking' },
    ])
  })

  test('is for those who look after orders', async () => {
    expect((await ann.call('POST', '/admin/reconcile', why)).status).toBe(403)
    expect((await ann.call('GET', '/admin/audit')).status).toBe(403)
  })
})

test('what people did cannot be changed afterwards', async () => {
  for (const statement of [
    `update auth.audit set actor = 'x'`,
    'delete from auth.audit',
    'truncate auth.audit',
  ]) {
    await expect(pool.query(statement)).rejects.toMatchObject({ code: '42501' })
  }
})
