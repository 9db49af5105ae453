/** Units of an order: cancelled, sent, sent back. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { expireDueHolds } from '../../src/postgres/inv/holds.ts'
import { cancelOrderLines, shipOrderLines, type UnitsOfSku } from '../../src/postgres/inv/order-lines.ts'
import { listOrders, markDelivered, readOrder } from '../../src/postgres/inv/orders.ts'
import { claimDueRefunds, finishRefund, requestRefund } from '../../src/postgres/inv/refunds.ts'
import { decideReturn, readReturn, receiveReturn, requestReturn } from '../../src/postgres/inv/returns.ts'
import { changeSkuRules } from '../../src/postgres/inv/sku-rules.ts'
import { useDatabase } from '../support/database.ts'
import { openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'

const { pool } = await useDatabase('order_states')
const desk = openDesk(pool)

afterEach(async () => expect(await desk.breaches()).toEqual([]))

const cancel = (order_id: string, lines: readonly UnitsOfSku[] | null = null) =>
  desk.within((tx) => cancelOrderLines(tx, { order_id, lines, actor: 'ann' }))
const ship = (order_id: string, lines: readonly (UnitsOfSku & { loc: number })[]) =>
  desk.within((tx) =>
    shipOrderLines(tx, { id: randomUUID(), order_id, lines, carrier: 'post', tracking: null, actor: 'ann' }),
  )
describe('cancelling', () => {
  test('of some units gives them back to the shelf and the limit, and says what is owed', async () => {
    await stockShop(pool, { 'some-1': { units: 9, price: 100, limit: 9 }, 'some-2': { units: 9, price: 10 } })
    const { order_id } = await desk.order({ 'some-1': 3, 'some-2': 2 }, { customer: 'eve' })
    await changeSkuRules(pool, 'some-1', { limit_bucket: 'day:2026-11-23' })
    const cut = await cancel(order_id, [
      { sku: 'some-1', qty: 1 },
      { sku: 'some-1', qty: 1 },
    ])
    expect(cut).toEqual({ outcome: 'CANCELLED', state: 'ALLOCATED', amount_minor: 200 })
    expect(await desk.shelf('some-1')).toMatchObject({ on_hand: 9, committed: 1 })
    const { rows } = await pool.query(`select bucket, qty from inv.customer_usage where sku = 'some-1'`)
    expect(rows).toEqual([{ bucket: 'all', qty: 1 }])
    expect((await desk.events('stock', 'some-1')).at(-1)?.payload).toMatchObject({ d: 2, available: 8 })
  })

  test('of more than is left changes nothing', async () => {
    await stockShop(pool, { 'left-1': { units: 9 }, 'left-2': { units: 9 } })
    const { order_id } = await desk.order({ 'left-1': 2, 'left-2': 1 })
    await ship(order_id, [{ sku: 'left-1', loc: 1, qty: 1 }])
    const both = [
      { sku: 'left-1', qty: 2 },
      { sku: 'left-2', qty: 1 },
    ]
    expect(await cancel(order_id, both)).toEqual({ outcome: 'ALREADY_SHIPPED' })
    expect(await cancel(order_id, [{ sku: 'no-line', qty: 1 }])).toEqual({ outcome: 'ALREADY_SHIPPED' })
    expect(await desk.shelf('left-2')).toMatchObject({ committed: 1 })
  })

  test('twice at once frees the units once', async () => {
    await stockShop(pool, { 'both-at-once': { units: 9 } })
    const { order_id } = await desk.order({ 'both-at-once': 2 })
    const outcomes = await Promise.all([cancel(order_id), cancel(order_id)])
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['CANCELLED', 'WRONG_STATE'])
    expect(await desk.shelf('both-at-once')).toEqual({ on_hand: 9, held: 0, committed: 0, safety: 0 })
    expect((await readOrder(pool, order_id))?.state).toBe('CANCELLED')
  })

  test('while the order is sent gives each unit one way only', async () => {
    await stockShop(pool, { 'or-sent': { units: 9 } })
    const { order_id } = await desk.order({ 'or-sent': 2 })
    await Promise.all([cancel(order_id), ship(order_id, [{ sku: 'or-sent', loc: 1, qty: 2 }])])
    const order = await readOrder(pool, order_id)
    const [line] = order?.lines ?? []
    expect([
      (line?.cancelled ?? 0) + (line?.shipped ?? 0),
      ['CANCELLED', 'SHIPPED'].includes(order?.state ?? ''),
    ]).toEqual([2, true])
  })

  test('of an order that is not there is told so', async () => {
    expect(await cancel(randomUUID())).toEqual({ outcome: 'UNKNOWN_ORDER' })
  })
})

describe('sending', () => {
  test('takes units out of the building and of what is promised, in parts', async () => {
    await stockShop(pool, { sent: { units: 9 } })
    const { order_id } = await desk.order({ sent: 3 })
    expect(await ship(order_id, [{ sku: 'sent', loc: 1, qty: 1 }])).toEqual({
      outcome: 'SHIPPED',
      state: 'PARTIALLY_SHIPPED',
    })
    expect(await ship(order_id, [{ sku: 'sent', loc: 1, qty: 3 }])).toEqual({ outcome: 'NOT_OPEN' })
    expect(await ship(order_id, [{ sku: 'sent', loc: 2, qty: 1 }])).toEqual({ outcome: 'NOT_OPEN' })
    expect(await ship(order_id, [{ sku: 'sent', loc: 1, qty: 2 }])).toEqual({
      outcome: 'SHIPPED',
      state: 'SHIPPED',
    })
    expect(await desk.shelf('sent')).toEqual({ on_hand: 6, held: 0, committed: 0, safety: 0 })
    expect(await desk.within((tx) => markDelivered(tx, order_id))).toBe(true)
    expect(await desk.within((tx) => markDelivered(tx, order_id))).toBe(false)
  })
})

describe('a return', () => {
  async function sentOrder(sku: string, qty: number, limit?: number) {
    await stockShop(pool, { [sku]: { units: 9, price: 100, ...(limit ? { limit } : {}) } })
    const payment = await desk.order({ [sku]: qty }, { customer: `of-${sku}` })
    await ship(payment.order_id, [{ sku, loc: 1, qty }])
    return payment
  }
  const ask = async (order_id: string, sku: string, qty: number) => {
    const id = randomUUID()
    const outcome = await desk.within((tx) =>
      requestReturn(tx, { id, order_id, lines: [{ sku, qty }], reason: null }),
    )
    return { id, outcome }
  }
  const receive = (id: string, sku: string, qty: number, restock = true) =>
    desk.within((tx) => receiveReturn(tx, id, [{ sku, qty, loc: 1, restock }], 'ann'))

  test('asks for each unit once, over all open returns', async () => {
    const { order_id } = await sentOrder('once', 3)
    expect((await ask(order_id, 'once', 2)).outcome).toBe('REQUESTED')
    expect((await ask(order_id, 'once', 2)).outcome).toBe('NOT_SHIPPED')
    expect((await ask(order_id, 'once', 1)).outcome).toBe('REQUESTED')
    expect((await ask(randomUUID(), 'once', 1)).outcome).toBe('UNKNOWN_ORDER')
  })

  test('received twice is received once, goes back to the shelf and says what is owed', async () => {
    const payment = await sentOrder('restock', 2)
    const { id } = await ask(payment.order_id, 'restock', 2)
    expect(await receive(id, 'restock', 2)).toEqual({ outcome: 'WRONG_STATE' }) // not approved
    expect(await decideReturn(pool, id, 'APPROVED')).toBe(true)
    expect(await decideReturn(pool, id, 'REJECTED')).toBe(false)
    expect(await receive(id, 'restock', 3)).toEqual({ outcome: 'NOT_ASKED' })
    const outcomes = await Promise.all([receive(id, 'restock', 2), receive(id, 'restock', 2)])
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['RECEIVED', 'WRONG_STATE'])
    expect(outcomes).toContainEqual({ outcome: 'RECEIVED', order_id: payment.order_id, amount_minor: 200 })
    expect(await desk.shelf('restock')).toMatchObject({ on_hand: 9, committed: 0 })
    expect((await readOrder(pool, payment.order_id))?.state).toBe('RETURNED')
    const row = { order_id: payment.order_id, payment_id: payment.id, amount_minor: 200, reason: 'return' }
    const refund = { id: randomUUID(), ...row, return_id: id }
    await desk.within((tx) => requestRefund(tx, refund))
    await claimDueRefunds(pool, { limit: 10, lease_s: 30 })
    await desk.within((tx) => finishRefund(tx, refund.id))
    expect((await readReturn(pool, id))?.state).toBe('REFUNDED')
  })

  test('that is scrapped moves no stock, and frees the limit only where the SKU says so', async () => {
    const usage = async (sku: string) =>
      (await pool.query<{ qty: number }>('select qty from inv.customer_usage where sku = $1', [sku])).rows[0]
        ?.qty
    for (const [sku, frees] of [
      ['kept-limit', false],
      ['free-limit', true],
    ] as const) {
      const { order_id } = await sentOrder(sku, 2, 5)
      await changeSkuRules(pool, sku, { returns_free_limit: frees })
      const { id } = await ask(order_id, sku, 1)
      await decideReturn(pool, id, 'APPROVED')
      expect((await receive(id, sku, 1, false)).outcome).toBe('RECEIVED')
      expect(await desk.shelf(sku)).toMatchObject({ on_hand: 7 })
      expect(await usage(sku)).toBe(frees ? 1 : 2)
    }
  })
})

test('pages of a customer are of their orders only, youngest first', async () => {
  await stockShop(pool, { pages: { units: 9 } })
  const mine = []
  for (let count = 0; count < 3; count++)
    mine.push((await desk.order({ pages: 1 }, { customer: 'reader' })).order_id)
  await desk.order({ pages: 1 })
  const page = { customer: 'reader', state: null, limit: 2 }
  const first = await listOrders(pool, { ...page, before: null })
  const second = await listOrders(pool, { ...page, before: first[1] ?? null })
  expect([...first, ...second].map(({ id }) => id)).toEqual(mine.toReversed())
})

test('a hold that expires takes no order with it that was paid', async () => {
  await stockShop(pool, { safe: { units: 9 } })
  const { order_id, hold_id } = await desk.order({ safe: 1 })
  await desk.age(hold_id, 9_999)
  expect(await desk.within((tx) => expireDueHolds(tx, 500))).toEqual([])
  expect((await readOrder(pool, order_id))?.state).toBe('ALLOCATED')
})
