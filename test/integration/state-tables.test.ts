/**
 * The guards in SQL against the table of `hold-state.ts`: every event on a hold of every state, by the statements of the
 * product. What the table refuses must change nothing.
 */
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type HoldEvent, type HoldState, nextHoldState } from '../../src/orders/hold-state.ts'
import { closePayingHold, deferClosing, finishClosing } from '../../src/postgres/inv/closings.ts'
import { expireDueHolds, extendHold, releaseHolds, voidHolds } from '../../src/postgres/inv/holds.ts'
import { beginPayment, endPayment, takePayment } from '../../src/postgres/inv/payments.ts'
import { reserveCarts } from '../../src/postgres/inv/reserve.ts'
import type { PoolClient } from '../../src/postgres/pool.ts'
import { useDatabase } from '../support/database.ts'
import { cartFor, eur, openDesk, TEST_PAYMENT } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'

const database = await useDatabase('state_tables')
const { pool } = database
const desk = openDesk(pool)
const UNITS = { TABLE: 1 }
/** More attempts than a test makes, or no more than the first. */
const AGAIN = { attempts: 9, grace_s: 120 }
const LAST = { attempts: 1, grace_s: 120 }

/** A hold in some state. `payment`: of its only attempt, null when nobody paid. */
type Made = { readonly id: string; readonly payment: string | null; readonly amount: number }

beforeAll(() => stockShop(pool, { TABLE: { units: 1_000 } }))

/** By the way that leads there. PREPARED has none: one instance never prepares. */
const WAYS: Readonly<Record<Exclude<HoldState, 'PREPARED'>, () => Promise<Made>>> = {
  ACTIVE: active,
  PAYING: paying,
  CLOSING: async () => {
    const made = await paying()
    await desk.within((tx) => closePayingHold(tx, made.id, null))
    return made
  },
  CONFIRMED: async () => {
    const made = await paying()
    await desk.within((tx) => takePayment(tx, made.payment ?? '', eur(made.amount)))
    return made
  },
  RELEASED: async () => {
    const made = await active()
    await desk.within((tx) => releaseHolds(tx, [made.id], { customer: null, actor: 'test' }))
    return made
  },
  EXPIRED: async () => {
    const made = await active()
    await desk.age(made.id, 700)
    await desk.within((tx) => expireDueHolds(tx, 500))
    return made
  },
  VOID: async () => {
    const id = randomUUID()
    await voidHolds(pool, [id])
    return { id, payment: null, amount: 0 }
  },
}

async function active(): Promise<Made> {
  const { id, total_minor } = await desk.hold(UNITS)
  return { id, payment: null, amount: total_minor }
}
async function paying(): Promise<Made> {
  const { id, amount } = await active()
  return { id, amount, payment: (await desk.pay(id)).id }
}
async function customerOf(tx: PoolClient, id: string): Promise<string> {
  const { rows } = await tx.query<{ customer: string }>('select customer from inv.hold where id = $1', [id])
  return rows[0]?.customer ?? ''
}

/** What each event does in SQL; undefined where it cannot happen (nobody has paid). */
const ACTS: Readonly<
  Partial<Record<HoldEvent, (tx: PoolClient, made: Made) => Promise<unknown> | undefined>>
> = {
  granted: (tx, { id }) => reserveCarts(tx, [cartFor(UNITS, { id })]),
  refused: (tx, { id }) => voidHolds(tx, [id]),
  extend: async (tx, { id }) => extendHold(tx, { id, customer: await customerOf(tx, id), seconds: 60 }),
  pay: async (tx, { id }) =>
    beginPayment(tx, {
      hold_id: id,
      customer: await customerOf(tx, id),
      payment_id: randomUUID(),
      ...TEST_PAYMENT,
    }),
  release: async (tx, { id }) => {
    const ended = await releaseHolds(tx, [id], { customer: null, actor: 'test' })
    return ended.length > 0 || (await closePayingHold(tx, id, null))
  },
  expire: async (tx, { id }) => {
    await tx.query(
      `update inv.hold set due_at = clock_timestamp() - interval '1 second', expires_at = least(expires_at, clock_timestamp())
        where id = $1 and due_at is not null`,
      [id],
    )
    return await expireDueHolds(tx, 500)
  },
  paid: (tx, { payment, amount }) => (payment ? takePayment(tx, payment, eur(amount)) : undefined),
  declined_again: (tx, { payment }) =>
    payment ? endPayment(tx, { id: payment, state: 'DECLINED' }, AGAIN) : undefined,
  declined_last: (tx, { payment }) =>
    payment ? endPayment(tx, { id: payment, state: 'DECLINED' }, LAST) : undefined,
  provider_away: (tx, { id }) => deferClosing(tx, id),
  closed_by_customer: (tx, made) => closed(tx, made, 'RELEASED'),
  closed_by_time: (tx, made) => closed(tx, made, 'EXPIRED'),
}

/** The provider has said that no money can come. */
async function closed(tx: PoolClient, { id }: Made, endsAs: 'RELEASED' | 'EXPIRED'): Promise<unknown> {
  await tx.query(`update inv.hold set ends_as = $2::inv.hold_state where id = $1 and state = 'CLOSING'`, [
    id,
    endsAs,
  ])
  await tx.query(
    `update inv.payment p set state = 'CANCELLED', due_at = null
       from inv.orders o, inv.hold h
      where p.order_id = o.id and o.hold_id = h.id and h.id = $1 and h.state = 'CLOSING'`,
    [id],
  )
  return await finishClosing(tx, id)
}

/** Whose act moves the times of the hold by itself, so that there is something to see. */
const MOVES_TIME: readonly HoldEvent[] = ['expire', 'closed_by_customer', 'closed_by_time']

async function rowOf(id: string) {
  const { rows } = await pool.query<{
    state: string
    expires_at: Date
    due_at: Date | null
    attempt: number
  }>('select state, expires_at, due_at, attempt from inv.hold where id = $1', [id])
  return rows[0]
}

describe.each(Object.entries(WAYS) as [HoldState, () => Promise<Made>][])(
  'a hold that is %s',
  (from, make) => {
    test.each(
      Object.entries(ACTS) as [HoldEvent, (tx: PoolClient, made: Made) => Promise<unknown> | undefined][],
    )('goes by SQL where the table says when %s happens', async (event, act) => {
      const made = await make()
      const before = await rowOf(made.id)
      expect(before?.state).toBe(from)
      await desk.within(async (tx) => await act(tx, made))
      const after = await rowOf(made.id)
      const next = nextHoldState(from, event)
      expect(after?.state).toBe(next ?? from)
      if (next === null && !MOVES_TIME.includes(event)) expect(after).toEqual(before)
    })
  },
)

test('an id that nobody has goes to ACTIVE or VOID by SQL as the table says, and every invariant holds', async () => {
  const { id } = await active()
  expect(await desk.stateOf(id)).toBe(nextHoldState('NONE', 'granted'))
  const unknown = randomUUID()
  await voidHolds(pool, [unknown])
  expect(await desk.stateOf(unknown)).toBe(nextHoldState('NONE', 'refused'))
  const broken = (await desk.breaches()).filter(({ invariant }) => invariant !== 'I8') // this test moves due times
  expect(broken).toEqual([])
})
