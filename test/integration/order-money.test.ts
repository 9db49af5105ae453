/** Money of an order: what makes it, what comes too late or too often, and what goes back. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { finishClosing } from '../../src/postgres/inv/closings.ts'
import { reserveLateOrder } from '../../src/postgres/inv/late-orders.ts'
import { claimDueOrders, readOrder } from '../../src/postgres/inv/orders.ts'
import { endPayment, takePayment } from '../../src/postgres/inv/payments.ts'
import {
  claimDueRefunds,
  finishRefund,
  recordRefundFailed,
  requestRefund,
} from '../../src/postgres/inv/refunds.ts'
import { useDatabase } from '../support/database.ts'
import { eur, openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'

const { pool } = await useDatabase('order_money')
const desk = openDesk(pool)

afterEach(async () => expect(await desk.breaches()).toEqual([]))

const take = (id: string, amount: number) => desk.within((tx) => takePayment(tx, id, eur(amount)))
const refund = (
  payment: { id: string; order_id: string },
  amount_minor: number,
  return_id: string | null = null,
) => {
  const id = randomUUID()
  const row = {
    id,
    order_id: payment.order_id,
    payment_id: payment.id,
    amount_minor,
    reason: 'test',
    return_id,
  }
  return desk.within(async (tx) => ((await requestRefund(tx, row)) ? id : null))
}
const typesOf = async (orderId: string) => (await desk.events('order', orderId)).map(({ type }) => type)

/** A payment whose hold has ended unpaid, its order CANCELLED. */
async function missedPayment(sku: string, units: number) {
  await stockShop(pool, { [sku]: { units, price: 100 } })
  const hold = await desk.hold({ [sku]: 2 })
  const payment = await desk.pay(hold.id)
  await pool.query(`update inv.hold set state = 'CLOSING', ends_as = 'EXPIRED' where id = $1`, [hold.id])
  const rules = { attempts: 3, grace_s: 120 }
  await desk.within((tx) => endPayment(tx, { id: payment.id, state: 'CANCELLED' }, rules))
  await desk.within((tx) => finishClosing(tx, hold.id))
  return payment
}

describe('money', () => {
  test('that comes in full makes the hold an order, once', async () => {
    await stockShop(pool, { paid: { units: 5, price: 250 } })
    const payment = await desk.order({ paid: 2 })
    expect(await take(payment.id, 500)).toBe('ALREADY')
    expect(await readOrder(pool, payment.order_id)).toMatchObject({
      state: 'ALLOCATED',
      total_minor: 500,
      paid_minor: 500,
      refunded_minor: 0,
      lines: [{ sku: 'paid', loc: 1, qty: 2, unit_price_minor: 250 }],
    })
    expect(await desk.shelf('paid')).toEqual({ on_hand: 5, held: 0, committed: 2, safety: 0 })
    expect(await typesOf(payment.order_id)).toEqual(['order.created', 'order.paid', 'order.allocated'])
    expect((await desk.events('stock', 'paid')).at(-1)?.payload).toMatchObject({ ver: 3, d: 0, available: 3 })
  })

  test('of another amount confirms nothing and can be sent back in full', async () => {
    await stockShop(pool, { wrong: { units: 5, price: 250 } })
    const hold = await desk.hold({ wrong: 2 })
    const payment = await desk.pay(hold.id)
    expect(await take(payment.id, 499)).toBe('WRONG_AMOUNT')
    expect(await desk.stateOf(hold.id)).toBe('PAYING')
    expect(await refund(payment, 500)).toBeNull()
    expect(await refund(payment, 499)).not.toBeNull()
  })

  test('that comes a second time is surplus', async () => {
    await stockShop(pool, { surplus: { units: 5, price: 250 } })
    const hold = await desk.hold({ surplus: 2 })
    const first = await desk.pay(hold.id)
    await desk.within((tx) =>
      endPayment(tx, { id: first.id, state: 'DECLINED' }, { attempts: 3, grace_s: 120 }),
    )
    const second = await desk.pay(hold.id)
    expect(await take(second.id, 500)).toBe('CONFIRMED')
    expect(await take(first.id, 500)).toBe('SURPLUS')
    expect(await readOrder(pool, first.order_id)).toMatchObject({ state: 'ALLOCATED', paid_minor: 1_000 })
    expect(await refund(first, 500)).not.toBeNull()
  })

  test('of nobody we know is told so', async () => {
    expect(await take(randomUUID(), 1)).toBe('UNKNOWN_PAYMENT')
  })
})

describe('an order paid too late', () => {
  const late = (order_id: string) => ({ order_id, hold_id: randomUUID(), refund_id: randomUUID() })

  test('is due at once, and gets its units anew at its own price', async () => {
    const payment = await missedPayment('late-ok', 5)
    await pool.query(`update items set price_minor = 999 where sku = 'late-ok'`)
    expect(await take(payment.id, 200)).toBe('LATE')
    expect(await claimDueOrders(pool, { limit: 10, lease_s: 30 })).toEqual([payment.order_id])
    expect(await desk.within((tx) => reserveLateOrder(tx, late(payment.order_id)))).toBe('ALLOCATED')
    expect(await readOrder(pool, payment.order_id)).toMatchObject({
      state: 'ALLOCATED',
      total_minor: 200,
      lines: [{ qty: 2, unit_price_minor: 100 }],
    })
    expect(await desk.shelf('late-ok')).toMatchObject({ held: 0, committed: 2 })
    const again = desk.within(async (tx) => {
      const outcome = await reserveLateOrder(tx, late(payment.order_id))
      if (outcome === 'GONE') throw new Error('rolled back')
    })
    await expect(again).rejects.toThrow('rolled back')
  })

  test('whose units are gone gets all of its money back', async () => {
    const payment = await missedPayment('late-gone', 2)
    await desk.hold({ 'late-gone': 1 })
    expect(await take(payment.id, 200)).toBe('LATE')
    expect(await desk.within((tx) => reserveLateOrder(tx, late(payment.order_id)))).toBe('PAID_UNFULFILLED')
    const due = await claimDueRefunds(pool, { limit: 10, lease_s: 30 })
    const sent = due.find((row) => row.order_id === payment.order_id)
    expect(sent).toMatchObject({ amount_minor: 200, tries: 1 })
    expect(await desk.within((tx) => finishRefund(tx, sent?.id ?? ''))).toBe(true)
    expect((await readOrder(pool, payment.order_id))?.state).toBe('REFUNDED')
    expect(await typesOf(payment.order_id)).toEqual([
      'order.created',
      'order.cancelled',
      'order.unfulfilled',
      'order.refunded',
    ])
  })
})

describe('refunds', () => {
  test('of an order never are more than was paid, also when they are asked for at once', async () => {
    await stockShop(pool, { refund: { units: 9, price: 100 } })
    const payment = await desk.order({ refund: 3 })
    const asked = await Promise.all(Array.from({ length: 5 }, () => refund(payment, 100)))
    expect(asked.filter((id) => id !== null)).toHaveLength(3)
    const direct = pool.query('update inv.orders set refunded_minor = 301 where id = $1', [payment.order_id])
    await expect(direct).rejects.toMatchObject({ constraint: 'refunds_within_paid' })
  })

  test('that the provider refused are sent again, and one that is done is not', async () => {
    await stockShop(pool, { 'refund-2': { units: 9, price: 100 } })
    const payment = await desk.order({ 'refund-2': 3 })
    await pool.query(`update inv.refund set due_at = null`)
    const id = (await refund(payment, 300)) ?? ''
    const due = async () =>
      (await claimDueRefunds(pool, { limit: 10, lease_s: 0 })).map((row) => [row.id, row.tries])
    expect(await due()).toEqual([[id, 1]])
    await recordRefundFailed(pool, id)
    await pool.query('update inv.refund set due_at = clock_timestamp() where id = $1', [id])
    expect(await due()).toEqual([[id, 2]])
    expect(await desk.within((tx) => finishRefund(tx, id))).toBe(true)
    expect([await due(), await desk.within((tx) => finishRefund(tx, id))]).toEqual([[], false])
  })
})
