/** Holds after they are made: time, payment attempts, and the money path that is closed before units go. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import {
  claimClosings,
  closeOverdueHolds,
  closePayingHold,
  deferClosing,
  finishClosing,
} from '../../src/postgres/inv/closings.ts'
import {
  expireDueHolds,
  extendHold,
  listHolds,
  nextDueHold,
  readHolds,
  releaseHolds,
  voidHolds,
} from '../../src/postgres/inv/holds.ts'
import { recordNoAnswer, recordPending } from '../../src/postgres/inv/payment-questions.ts'
import { endPayment, takePayment } from '../../src/postgres/inv/payments.ts'
import { useDatabase } from '../support/database.ts'
import { cartFor, eur, openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'

const { pool } = await useDatabase('hold_states')
const desk = openDesk(pool)
const RULES = { attempts: 3, grace_s: 120 }
const SOON = { limit: 10, lease_s: 30 }
const PENDING = { provider_ref: 'ref-silent', redirect_url: null, ask_after_s: 5 }

afterEach(async () => {
  await desk.within((tx) => expireDueHolds(tx, 500)) // what a test has aged is not the next one's
  await desk.within((tx) => closeOverdueHolds(tx, 500))
  expect((await desk.breaches()).filter(({ invariant }) => invariant !== 'I8')).toEqual([])
})

/** A hold whose SKU is its own. @returns its id and customer */
async function heldOf(sku: string, qty = 2) {
  await stockShop(pool, { [sku]: { units: 9 } })
  const { id } = await desk.hold({ [sku]: qty })
  return { id, customer: `customer-${id}`, sku }
}

const decline = (id: string) => desk.within((tx) => endPayment(tx, { id, state: 'DECLINED' }, RULES))

describe('the time of a hold', () => {
  test('grows by the seconds that are asked for, up to its longest', async () => {
    const hold = await heldOf('grow')
    const extend = (seconds: number) => desk.within((tx) => extendHold(tx, { ...hold, seconds }))
    const [before] = await readHolds(pool, [hold.id])
    const after = await extend(60)
    expect(after?.expires_at.getTime()).toBe((before?.expires_at.getTime() ?? 0) + 60_000)
    expect(await extend(1_200)).toBeNull()
    expect((await desk.events('hold', hold.id)).map(({ type }) => type)).toEqual([
      'hold.created',
      'hold.extended',
    ])
  })

  test('does not grow for others, when it is over, or while somebody waits for a SKU of it', async () => {
    const hold = await heldOf('stay')
    const extend = (customer: string) =>
      desk.within((tx) => extendHold(tx, { id: hold.id, customer, seconds: 1 }))
    expect(await extend('somebody')).toBeNull()
    await pool.query(`update inv.sku set queue_live = 1 where sku = 'stay'`)
    expect(await extend(hold.customer)).toBeNull()
    await pool.query(`update inv.sku set queue_live = 0 where sku = 'stay'`)
    expect(await extend(hold.customer)).not.toBeNull()
    await desk.age(hold.id, 3_600)
    expect(await extend(hold.customer)).toBeNull()
  })

  test('ends it by the clock of Postgres, not before, and once', async () => {
    const hold = await heldOf('over')
    const sweep = () => desk.within((tx) => expireDueHolds(tx, 500))
    expect(await sweep()).toEqual([])
    expect(await nextDueHold(pool)).toBeGreaterThan(0)
    await desk.age(hold.id, 601)
    expect(await nextDueHold(pool)).toBeLessThan(0)
    expect((await Promise.all([sweep(), sweep(), sweep()])).flat()).toEqual([hold.id])
    expect([await desk.stateOf(hold.id), await desk.shelf('over')]).toMatchObject(['EXPIRED', { held: 0 }])
    expect((await desk.events('stock', 'over')).at(-1)?.payload).toMatchObject({
      d: 2,
      available: 9,
      via: 'delta',
    })
    expect((await desk.events('hold', hold.id)).at(-1)?.type).toBe('hold.expired')
  })

  test('over is over for paying, although no sweeper has come', async () => {
    const hold = await heldOf('late-pay')
    await desk.age(hold.id, 601)
    await expect(desk.pay(hold.id)).rejects.toThrow('cannot be paid for')
  })
})

describe('a hold that is given back', () => {
  test('frees its units once, and only for its customer or an admin', async () => {
    const hold = await heldOf('back')
    const give = (customer: string | null) =>
      desk.within((tx) => releaseHolds(tx, [hold.id], { customer, actor: null }))
    expect(await give('somebody')).toEqual([])
    expect((await Promise.all([give(hold.customer), give(null)])).flat()).toEqual([hold.id])
    expect(await give(null)).toEqual([])
    expect(await desk.shelf('back')).toMatchObject({ held: 0 })
  })

  test('while it is being paid for closes first, and frees its units when no money can come', async () => {
    const hold = await heldOf('closing')
    const payment = await desk.pay(hold.id)
    expect(
      await desk.within((tx) => releaseHolds(tx, [hold.id], { customer: hold.customer, actor: null })),
    ).toEqual([])
    expect(await desk.within((tx) => closePayingHold(tx, hold.id, 'somebody'))).toBe(false)
    expect(await desk.within((tx) => closePayingHold(tx, hold.id, hold.customer))).toBe(true)
    expect(await desk.within((tx) => finishClosing(tx, hold.id))).toBe(false) // the payment is open
    expect(await desk.shelf('closing')).toMatchObject({ held: 2 })
    const claimed = await desk.within((tx) => claimClosings(tx, SOON))
    expect(claimed).toMatchObject([{ hold_id: hold.id, payment_ids: [payment.id], close_tries: 0 }])
    expect(await desk.within((tx) => claimClosings(tx, SOON))).toEqual([])
    await desk.within((tx) => endPayment(tx, { id: payment.id, state: 'CANCELLED' }, RULES))
    expect(await desk.within((tx) => finishClosing(tx, hold.id))).toBe(true)
    expect([await desk.stateOf(hold.id), await desk.shelf('closing')]).toMatchObject([
      'RELEASED',
      { held: 0 },
    ])
    expect((await desk.events('order', payment.order_id)).map(({ type }) => type)).toEqual([
      'order.created',
      'order.cancelled',
    ])
  })
})

describe('a payment', () => {
  test('makes the order of the hold with its lines and prices', async () => {
    const hold = await heldOf('pay')
    const orderId = randomUUID()
    const payment = await desk.pay(hold.id, orderId)
    expect(payment).toMatchObject({
      order_id: orderId,
      hold_id: hold.id,
      attempt: 1,
      amount_minor: 2_000,
      currency: 'EUR',
      state: 'CREATED',
    })
    expect(await desk.stateOf(hold.id)).toBe('PAYING')
    await expect(desk.pay(hold.id)).rejects.toThrow('cannot be paid for')
  })

  test('declined twice leaves the hold for a third, and the order stays the same', async () => {
    const hold = await heldOf('thrice')
    const first = await desk.pay(hold.id)
    expect(await decline(first.id)).toMatchObject({ hold_state: 'ACTIVE' })
    expect(await decline(first.id)).toBeNull()
    const second = await desk.pay(hold.id)
    expect(await decline(second.id)).toMatchObject({ hold_state: 'ACTIVE' })
    const third = await desk.pay(hold.id)
    expect([second.order_id, third.order_id, third.attempt]).toEqual([first.order_id, first.order_id, 3])
    expect(await decline(third.id)).toMatchObject({ hold_state: 'CLOSING' })
    expect((await nextDueHold(pool)) ?? 1).toBeGreaterThan(0) // it is due at once, and not the sweeper's to end
    expect(await desk.within((tx) => finishClosing(tx, hold.id))).toBe(true)
    expect(await desk.stateOf(hold.id)).toBe('EXPIRED')
  })

  test('declined near the end leaves at least two minutes, but never more than the longest time', async () => {
    const hold = await heldOf('grace')
    const payment = await desk.pay(hold.id)
    await desk.age(hold.id, 590)
    await decline(payment.id)
    const [row] = await readHolds(pool, [hold.id])
    expect(row?.expires_in_ms).toBeGreaterThan(100_000)
    const again = await desk.pay(hold.id)
    await desk.age(hold.id, 1_150) // 60 s before the longest time
    await decline(again.id)
    const [last] = await readHolds(pool, [hold.id])
    expect(last?.expires_at).toEqual(last?.max_expires_at)
  })

  test('without an end closes at the pay deadline, and a provider that is away is asked again', async () => {
    const hold = await heldOf('deadline')
    await desk.pay(hold.id)
    expect(await desk.within((tx) => closeOverdueHolds(tx, 10))).toEqual([])
    await desk.age(hold.id, 601)
    expect(await desk.within((tx) => closeOverdueHolds(tx, 10))).toEqual([hold.id])
    await desk.within((tx) => deferClosing(tx, hold.id))
    expect((await desk.within((tx) => claimClosings(tx, SOON))).map((row) => row.hold_id)).not.toContain(
      hold.id,
    )
    expect([await desk.stateOf(hold.id), await desk.shelf('deadline')]).toMatchObject([
      'CLOSING',
      { held: 2 },
    ])
  })

  test('that is paid while the hold closes makes the order after all', async () => {
    const hold = await heldOf('won')
    const payment = await desk.pay(hold.id)
    await desk.within((tx) => closePayingHold(tx, hold.id, null))
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => desk.within((tx) => takePayment(tx, payment.id, eur(2_000)))),
    )
    expect(outcomes.sort()).toEqual(['ALREADY', 'ALREADY', 'CONFIRMED'])
    expect(await desk.within((tx) => finishClosing(tx, hold.id))).toBe(false)
    expect([await desk.stateOf(hold.id), await desk.shelf('won')]).toMatchObject([
      'CONFIRMED',
      { held: 0, committed: 2 },
    ])
  })

  test('that nobody hears of is asked about again, and what has ended is not', async () => {
    const hold = await heldOf('silent')
    const payment = await desk.pay(hold.id)
    await recordNoAnswer(pool, payment.id)
    expect(await recordPending(pool, { id: payment.id, ...PENDING })).toBe(true)
    await decline(payment.id)
    expect(await recordPending(pool, { id: payment.id, ...PENDING })).toBe(false)
  })
})

test('a void row made for an id that nobody holds stops the cart that comes late', async () => {
  await stockShop(pool, { voided: { units: 3 } })
  const held = await desk.hold({ voided: 1 })
  const late = cartFor({ voided: 1 })
  expect(await voidHolds(pool, [late.id, held.id])).toEqual([late.id])
  expect(await voidHolds(pool, [late.id])).toEqual([])
  expect(await desk.reserve(late)).toEqual([{ outcome: 'KNOWN' }])
  const [row] = await readHolds(pool, [late.id])
  expect([row?.state, row?.req_hash, row?.refusal?.reason]).toEqual(['VOID', null, 'ABANDONED'])
  expect(await desk.shelf('voided')).toMatchObject({ held: 1 })
})

test('pages of holds of one batch leave none out', async () => {
  await stockShop(pool, { paged: { units: 9 } })
  const carts = Array.from({ length: 5 }, () => cartFor({ paged: 1 }))
  await desk.reserve(...carts)
  const seen: string[] = []
  let before: Awaited<ReturnType<typeof listHolds>>[number] | null = null
  for (let page = 0; page < 3; page++) {
    const rows = await listHolds(pool, { state: 'ACTIVE', before, limit: 2 })
    seen.push(...rows.map(({ id }) => id))
    before = rows.at(-1) ?? null
  }
  expect(seen.slice(0, 5).sort()).toEqual(carts.map(({ id }) => id).sort())
})
