/**
 * Money that comes late, twice, wrong, or that nobody tells of: an api and a worker against the simulated provider. After
 * each test nothing is left to do, every invariant holds, and our money is that of the provider to the last unit.
 */
import { afterEach, describe, expect, test } from 'vitest'
import type { Buyer } from '../support/buyer.ts'
import { openPayingShop } from '../support/paying-shop.ts'
import { unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const shop = await openPayingShop('payments')
const { pool } = shop

afterEach(() => shop.rest(15_000))

/** As if the time to pay were over. */
const endPayTime = (holdId: string) =>
  pool.query(`update inv.hold set due_at = clock_timestamp() where id = $1 and state = 'PAYING'`, [holdId])
const until = (me: Buyer, orderId: string, state: string) =>
  waitFor(`order ${state}`, async () => {
    const { body } = await me.order(orderId)
    return body.state === state && body
  })
const ended = (me: Buyer, holdId: string) =>
  waitFor('the hold has ended', async () => {
    const { state } = (await me.look(holdId)).body
    return (state === 'EXPIRED' || state === 'RELEASED') && state
  })

describe('money that nobody tells of', () => {
  test('is asked for, and makes the order', async () => {
    await shop.provider.configure({ delay_p50_ms: 300, delay_p99_ms: 300 })
    const { me, id } = await shop.held('LOST', 5, 2)
    const { order_id = '', payment_state } = (await me.pay(id, { scenario: 'lost' })).body
    await shop.provider.configure({ delay_p50_ms: 0, delay_p99_ms: 0 })
    expect(payment_state).toBe('PENDING')
    await until(me, order_id, 'ALLOCATED')
    expect(await unitsOf(pool, 'LOST')).toMatchObject({ held: 0, committed: 2 })
  })

  test('after the provider had said that none would come buys the units again', async () => {
    const { me, id } = await shop.held('AFTER', 5, 2)
    const { order_id = '' } = (await me.pay(id, { scenario: 'paid_after_cancel+lost' })).body
    await endPayTime(id)
    expect(await ended(me, id)).toBe('EXPIRED')
    expect(await until(me, order_id, 'ALLOCATED')).toMatchObject({ paid_minor: 500, refunded_minor: 0 })
    expect(await unitsOf(pool, 'AFTER')).toMatchObject({ held: 0, committed: 2 })
  })

  test('for units that somebody else has by then goes back by itself', async () => {
    await shop.provider.configure({ delay_p50_ms: 2_000, delay_p99_ms: 2_000 })
    const { me, id } = await shop.held('GONE', 2, 2)
    const { order_id = '' } = (await me.pay(id, { scenario: 'paid_after_cancel' })).body
    await me.release(id)
    expect(await ended(me, id)).toBe('RELEASED')
    const quicker = await shop.buyer()
    await waitFor(
      'the units are sold',
      async () => (await quicker.hold([{ sku: 'GONE', qty: 2 }])).status === 201,
    )
    await shop.provider.configure({ delay_p50_ms: 0, delay_p99_ms: 0 })
    const order = await until(me, order_id, 'REFUNDED')
    expect(order).toMatchObject({
      ...{ paid_minor: 500, refunded_minor: 500 },
      refunds: [{ amount_minor: 500, reason: 'unfulfilled', state: 'DONE' }],
    })
  })
})

describe('money that is not what was asked for', () => {
  test.each([
    ['less', 'short:1', 499],
    ['of another currency', 'in:SEK', 500],
  ])('because it is %s confirms nothing and goes back in full', async (_, scenario, refunded) => {
    const sku = scenario.toUpperCase()
    const { me, id } = await shop.held(sku, 5, 2)
    const { order_id = '' } = (await me.pay(id, { scenario })).body
    expect(await ended(me, id)).toBe('EXPIRED')
    expect(await until(me, order_id, 'CANCELLED')).toMatchObject({
      ...{ paid_minor: refunded, refunded_minor: refunded },
      refunds: [{ amount_minor: refunded, reason: 'wrong_amount' }],
    })
    expect(await unitsOf(pool, sku)).toMatchObject({ held: 0, committed: 0 })
    const metrics = await (await fetch(`${shop.api.url}/metrics`)).text()
    expect(metrics).toMatch(/payments_settled_total\{outcome="wrong_amount"\} [1-9]/)
  })

  test('because an attempt that was declined pays after all goes back, and the other one buys', async () => {
    const { me, id } = await shop.held('BOTH', 5, 2)
    const { order_id = '' } = (await me.pay(id, { scenario: 'paid_after_cancel+lost' })).body
    const [first] = (await shop.provider.books()).payments.filter(({ key }) => key === `${order_id}:1`)
    await shop.provider.configure({ delay_p50_ms: 3_000, delay_p99_ms: 3_000 })
    const cancelled = await fetch(`${shop.provider.url}/payments/${first?.ref}/cancel`, {
      ...{ method: 'POST', headers: { 'idempotency-key': 'cancelled-at-its-own-counter' } },
    })
    await shop.provider.configure({ delay_p50_ms: 0, delay_p99_ms: 0 })
    expect(cancelled.status).toBe(200)
    await waitFor('another attempt is possible', async () => (await me.look(id)).body.state === 'ACTIVE')
    expect((await me.pay(id)).body).toMatchObject({ order_id, state: 'ALLOCATED' })
    await waitFor('the first one is back', async () => (await me.order(order_id)).body.refunds?.length === 1)
    expect((await me.order(order_id)).body).toMatchObject({
      ...{ state: 'ALLOCATED', paid_minor: 1_000, refunded_minor: 500 },
      refunds: [{ reason: 'surplus' }],
    })
  })
})

describe('a provider that is away', () => {
  test('keeps units held until it says that no money can come', async () => {
    const line = shop.lines.worker
    const { me, id } = await shop.held('OUTAGE', 5, 2)
    await me.pay(id, { scenario: 'shopper' })
    line.setMode('silent')
    line.reset()
    await me.release(id)
    const tries = async () =>
      (await pool.query('select close_tries from inv.hold where id = $1', [id])).rows[0].close_tries
    await waitFor('it has been asked', async () => (await tries()) >= 1)
    expect((await me.look(id)).body.state).toBe('CLOSING')
    expect(await unitsOf(pool, 'OUTAGE')).toMatchObject({ held: 2 })
    line.setMode('pass')
    line.reset()
    expect(await ended(me, id)).toBe('RELEASED')
    expect(await unitsOf(pool, 'OUTAGE')).toMatchObject({ held: 0 })
  })

  test('when a payment is asked for has it afterwards, once', async () => {
    const line = shop.lines.api
    const { me, id } = await shop.held('LATER', 5, 2)
    line.setMode('silent')
    line.reset()
    const { order_id = '', payment_state } = (await me.pay(id)).body
    line.setMode('pass')
    line.reset()
    // answered before the last try; the worker, whose way is open, may be quicker than that
    expect(['CREATED', 'SUCCEEDED']).toContain(payment_state)
    await until(me, order_id, 'ALLOCATED')
    const { payments } = await shop.provider.books()
    expect(payments.filter(({ key }) => key.startsWith(order_id))).toHaveLength(1)
  })
})
