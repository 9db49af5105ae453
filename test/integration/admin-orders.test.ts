/** Administration of holds, orders, returns and events: the calls against a real Postgres and a real gate. */
import { afterEach, describe, expect, test } from 'vitest'
import { writeLetter } from '../../src/events/dead-letters.ts'
import { requestReturn } from '../../src/postgres/inv/returns.ts'
import { openAdmin } from '../support/admin-desk.ts'
import { useDatabase } from '../support/database.ts'
import { openDesk } from '../support/order-desk.ts'
import { newKey } from '../support/shopper.ts'
import { stockShop } from '../support/stocked-shop.ts'

const database = await useDatabase('admin_orders')
const { pool } = database
const desk = openDesk(pool)
const { as } = await openAdmin(database)
const boss = await as('orders', 'boss')

afterEach(async () => expect(await desk.breaches()).toEqual([]))

const why = { reason: 'asked by phone' }
const post = (path: string, body: object = {}, headers = {}) =>
  boss.call('POST', path, { ...why, ...body }, headers)

describe('holds of others', () => {
  test('are listed by state, page by page, and given back with who and why', async () => {
    await stockShop(pool, { HELD: { units: 9 } })
    const holds = [await desk.hold({ HELD: 1 }), await desk.hold({ HELD: 2 }), await desk.hold({ HELD: 3 })]
    const first = await boss.call('GET', '/admin/holds?state=ACTIVE&limit=2')
    const second = await boss.call('GET', `/admin/holds?state=ACTIVE&limit=2&before=${first.body['next']}`)
    const ids = [first, second].flatMap(
      ({ body }) => body['holds'] as { hold_id: string; customer: string }[],
    )
    expect(ids.map(({ hold_id }) => hold_id)).toEqual(holds.map(({ id }) => id).reverse())
    expect([ids[0]?.customer, second.body['next']]).toEqual([`customer-${holds[2]?.id}`, null])
    const path = `/admin/holds/${holds[0]?.id}`
    expect((await boss.call('DELETE', path)).status).toBe(400) // no reason
    for (let call = 0; call < 2; call += 1) {
      const released = await boss.call('DELETE', `${path}?reason=left%20the%20shop`)
      expect([released.status, released.body['state']]).toEqual([200, 'RELEASED'])
    }
    expect(await desk.shelf('HELD')).toMatchObject({ held: 5 })
    const { rows } = await pool.query(
      `select kind, actor from inv.stock_ledger where sku = 'HELD' order by ver desc limit 1`,
    )
    expect(rows).toEqual([{ kind: 'release', actor: 'boss' }])
    const audit = await boss.call('GET', `/admin/audit?target=${holds[0]?.id}`)
    expect(audit.body['actions']).toMatchObject([{ reason: 'left the shop' }, { reason: 'left the shop' }])
  })

  test('one that is being paid for closes first, one that is an order is refused', async () => {
    await stockShop(pool, { PAYING: { units: 9 } })
    const hold = await desk.hold({ PAYING: 1 })
    await desk.pay(hold.id)
    const order = await desk.order({ PAYING: 1 })
    const release = (id: string) => boss.call('DELETE', `/admin/holds/${id}?reason=x`)
    expect((await release(hold.id)).body['state']).toBe('CLOSING')
    expect((await release(order.hold_id)).body['reason']).toBe('ALREADY_PAID')
    expect((await release(crypto.randomUUID())).status).toBe(404)
    expect((await boss.call('GET', '/admin/holds?state=SLEEPING')).status).toBe(400)
  })
})

describe('an order', () => {
  test('is sent in parts, never more than is open, and delivered', async () => {
    await stockShop(pool, { SENT: { units: 9 } })
    const { order_id } = await desk.order({ SENT: 3 })
    const ship = (body: object, key = newKey()) =>
      post(
        `/admin/orders/${order_id}/ship`,
        { carrier: 'post', tracking: 'T1', ...body },
        { 'idempotency-key': key },
      )
    const line = (qty: number) => ({ lines: [{ sku: 'SENT', loc: 1, qty }] })
    expect((await ship(line(4))).body['reason']).toBe('NOT_OPEN')
    expect((await post(`/admin/orders/${order_id}/delivered`)).body['reason']).toBe('WRONG_STATE')
    const key = newKey()
    const parts = [await ship(line(1), key), await ship(line(1), key)]
    expect(parts.map(({ body }) => body['state'])).toEqual(['PARTIALLY_SHIPPED', 'PARTIALLY_SHIPPED'])
    expect(await desk.shelf('SENT')).toMatchObject({ on_hand: 8, committed: 2 })
    expect((await ship({})).body).toMatchObject({
      state: 'SHIPPED',
      lines: [{ sku: 'SENT', loc: 1, qty: 2 }],
    })
    expect((await ship({})).body['reason']).toBe('NOT_OPEN')
    for (let call = 0; call < 2; call += 1) {
      expect((await post(`/admin/orders/${order_id}/delivered`)).body['state']).toBe('DELIVERED')
    }
    const shown = await boss.call('GET', `/admin/orders/${order_id}`)
    expect(shown.body).toMatchObject({ order_id, state: 'DELIVERED', payments: [{ state: 'SUCCEEDED' }] })
    const { rows } = await pool.query(
      `select kind, actor, ref from inv.stock_ledger where sku = 'SENT' order by ver desc limit 1`,
    )
    expect(rows).toEqual([{ kind: 'ship', actor: 'boss', ref: order_id }])
  })

  test('that is not there or not paid cannot be sent', async () => {
    await stockShop(pool, { UNPAID: { units: 1 } })
    const payment = await desk.pay((await desk.hold({ UNPAID: 1 })).id)
    expect((await post(`/admin/orders/${payment.order_id}/ship`)).body['reason']).toBe('WRONG_STATE')
    expect((await post(`/admin/orders/${crypto.randomUUID()}/ship`)).status).toBe(404)
    expect((await boss.call('GET', `/admin/orders/${crypto.randomUUID()}`)).status).toBe(404)
    const twice = { lines: [1, 2].map((qty) => ({ sku: 'UNPAID', loc: 1, qty })) }
    expect((await post(`/admin/orders/${payment.order_id}/ship`, twice)).status).toBe(400)
  })

  test('is listed by state; those that were paid and could not be had have a list of their own', async () => {
    await stockShop(pool, { LISTED: { units: 1 } })
    const { order_id } = await desk.order({ LISTED: 1 })
    const { body } = await boss.call('GET', '/admin/orders?state=ALLOCATED&limit=1')
    expect(body['orders']).toMatchObject([{ order_id, state: 'ALLOCATED', lines: [{ sku: 'LISTED' }] }])
    expect((await boss.call('GET', '/admin/unfulfilled')).body).toEqual({ orders: [], next: null })
    expect((await boss.call('GET', '/admin/payments')).body).toEqual({ payments: [] })
    const paid = await boss.call('GET', '/admin/payments?state=SUCCEEDED&limit=1')
    expect(paid.body['payments']).toMatchObject([{ state: 'SUCCEEDED', provider: 'sim' }])
  })
})

describe('a return', () => {
  async function returned(sku: string, qty: number): Promise<{ id: string; order_id: string }> {
    await stockShop(pool, { [sku]: { units: 5, price: 500 } })
    const { order_id } = await desk.order({ [sku]: qty })
    await post(`/admin/orders/${order_id}/ship`)
    const id = crypto.randomUUID()
    const request = { id, order_id, lines: [{ sku, qty }], reason: 'broken' }
    expect(await desk.within((tx) => requestReturn(tx, request))).toBe('REQUESTED')
    return { id, order_id }
  }
  const receive = (id: string, lines: object[]) => post(`/admin/returns/${id}/receive`, { lines })

  test('is approved and received, stocked or scrapped line by line, and its money is asked back', async () => {
    const { id, order_id } = await returned('BACK', 3)
    const lines = [
      { sku: 'BACK', qty: 2, loc: 1, restock: true },
      { sku: 'BACK', qty: 1, loc: 1, restock: false },
    ]
    expect((await receive(id, lines)).body['reason']).toBe('WRONG_STATE') // nobody has approved it
    for (let call = 0; call < 2; call += 1) {
      expect((await post(`/admin/returns/${id}/approve`)).body).toMatchObject({
        state: 'APPROVED',
        reason: 'broken',
      })
    }
    expect((await post(`/admin/returns/${id}/reject`)).body['reason']).toBe('WRONG_STATE')
    expect((await receive(id, [{ sku: 'BACK', qty: 4, loc: 1, restock: true }])).body['reason']).toBe(
      'NOT_ASKED',
    )
    expect((await receive(id, [{ sku: 'BACK', qty: 1, loc: 77, restock: true }])).status).toBe(404)
    const received = await receive(id, lines)
    expect(received.body).toMatchObject({
      state: 'RECEIVED',
      refund_minor: 1_500,
      refund_id: expect.any(String),
    })
    expect(await desk.shelf('BACK')).toMatchObject({ on_hand: 4, committed: 0 })
    const { body } = await boss.call('GET', `/admin/orders/${order_id}`)
    expect(body).toMatchObject({
      ...{ state: 'RETURNED', refunded_minor: 1_500 },
      refunds: [{ amount_minor: 1_500, state: 'REQUESTED', reason: 'returned' }],
    })
    const { rows } = await pool.query(`select d_on_hand, actor from inv.stock_ledger where kind = 'return'`)
    expect(rows).toEqual([{ d_on_hand: 2, actor: 'boss' }])
  })

  test('is rejected, listed, and not received then', async () => {
    const { id } = await returned('KEEP', 1)
    expect((await post(`/admin/returns/${id}/reject`)).body).toMatchObject({ state: 'REJECTED' })
    const list = await boss.call('GET', '/admin/returns?state=REJECTED')
    expect(list.body['returns']).toMatchObject([{ return_id: id }])
    expect((await receive(id, [{ sku: 'KEEP', qty: 1, loc: 1, restock: true }])).body['reason']).toBe(
      'WRONG_STATE',
    )
    expect((await post(`/admin/returns/${crypto.randomUUID()}/approve`)).status).toBe(404)
  })
})

test('a dead letter is listed, tried again and dropped with who and why', async () => {
  for (const event_id of ['1', '2']) {
    const entry = { key: 'k', type: 'order.paid', payload: '{"secret": 1}' }
    await writeLetter(pool, {
      consumer: 'mail',
      event_id,
      topic: 'order',
      entry,
      error: 'no server',
      attempts: 8,
    })
  }
  const list = await boss.call('GET', '/admin/dead-letters?topic=order')
  expect(list.body['letters']).toMatchObject([{ event_id: '1', state: 'open' }, { event_id: '2' }])
  expect(list.text).not.toContain('secret')
  expect((await post('/admin/dead-letters/mail/1/retry')).body).toMatchObject({ state: 'retry' })
  expect((await post('/admin/dead-letters/mail/2/drop')).body).toMatchObject({ state: 'dropped' })
  expect((await post('/admin/dead-letters/mail/2/drop')).status).toBe(404)
  const { rows } = await pool.query(
    `select event_id, state, actor, reason from events.dead_letter order by event_id`,
  )
  expect(rows).toEqual([
    { event_id: '1', state: 'retry', actor: 'boss', reason: null },
    { event_id: '2', state: 'dropped', actor: 'boss', reason: 'asked by phone' },
  ])
})
