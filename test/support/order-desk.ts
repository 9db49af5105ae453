/** Holds and orders of a test, made by the statements of the product, one transaction each. */
import { randomUUID } from 'node:crypto'
import { beginPayment, takePayment } from '../../src/postgres/inv/payments.ts'
import { type CartToReserve, type Reserved, reserveCarts } from '../../src/postgres/inv/reserve.ts'
import { type Breach, findBreaches } from '../../src/postgres/inv/verify.ts'
import { INVARIANTS } from '../../src/postgres/inv/verify-check.ts'
import { inTransaction, type Pool, type PoolClient } from '../../src/postgres/pool.ts'

type Units = Readonly<Record<string, number>>
type Held = Extract<Reserved, { readonly outcome: 'OK' }>

/** A cart of one customer of its own; its lines in the order given. */
export function cartFor(units: Units, rest: Partial<CartToReserve> = {}): CartToReserve {
  const id = rest.id ?? randomUUID()
  return {
    id,
    customer: `customer-${id}`,
    req_hash: new Uint8Array([1]),
    kind: 'cart',
    allow_partial: false,
    ttl_s: 600,
    region: [],
    lines: Object.entries(units).map(([sku, qty]) => ({ sku, qty, expected_price_minor: null })),
    ...rest,
  }
}

export type Desk = ReturnType<typeof openDesk>

/** What a test does at the counter of the shop. */
export function openDesk(pool: Pool) {
  const within = <T>(work: (tx: PoolClient) => Promise<T>) => inTransaction(pool, work)
  const reserve = (...carts: readonly CartToReserve[]) => within((tx) => reserveCarts(tx, carts))
  const hold = async (
    units: Units,
    rest: Partial<CartToReserve> = {},
  ): Promise<Held & { readonly id: string }> => {
    const cart = cartFor(units, rest)
    const [answer] = await reserve(cart)
    if (answer?.outcome !== 'OK') throw new Error(`expected a hold, got ${JSON.stringify(answer)}`)
    return { ...answer, id: cart.id }
  }
  /** @param key of the pay call; the first one is the id of the order */
  const pay = async (holdId: string, key: string = randomUUID()) => {
    const payment = await within(async (tx) =>
      beginPayment(tx, { ...TEST_PAYMENT, ...(await whose(tx, holdId, key)) }),
    )
    if (payment === null) throw new Error(`hold ${holdId} cannot be paid for`)
    return payment
  }
  return {
    within,
    reserve,
    hold,
    pay,
    /** An order whose money has come. */
    async order(units: Units, rest: Partial<CartToReserve> = {}) {
      const payment = await pay((await hold(units, rest)).id)
      const outcome = await within((tx) => takePayment(tx, payment.id, payment))
      if (outcome !== 'CONFIRMED') throw new Error(`expected an order, got ${outcome}`)
      return payment
    },
    breaches: (): Promise<Breach[]> => within((tx) => findBreaches(tx, INVARIANTS)),
    async shelf(sku: string, loc = 1) {
      const { rows } = await pool.query<{ on_hand: number; held: number; committed: number; safety: number }>(
        'select on_hand, held, committed, safety from inv.stock where sku = $1 and loc = $2',
        [sku, loc],
      )
      return rows[0]
    },
    /** Types and payloads of the events about a SKU, hold or order, oldest first. */
    async events(topic: string, about: string) {
      const { rows } = await pool.query<{ type: string; payload: Record<string, unknown> }>(
        `select type, payload from outbox
          where topic = $1 and (key = $2 or payload -> 'ids' ? $2) order by id`,
        [topic, about],
      )
      return rows
    },
    async stateOf(holdId: string) {
      const { rows } = await pool.query<{ state: string }>('select state from inv.hold where id = $1', [
        holdId,
      ])
      return rows[0]?.state
    },
    /** As if so many seconds had passed for one hold. */
    async age(holdId: string, seconds: number) {
      await pool.query(
        `update inv.hold set expires_at = expires_at - $2::float8 * interval '1 second',
                due_at = due_at - $2::float8 * interval '1 second',
                max_expires_at = max_expires_at - $2::float8 * interval '1 second' where id = $1`,
        [holdId, seconds],
      )
    },
  }
}

/** As the shop asks for one. */
export const TEST_PAYMENT = {
  provider: 'sim',
  deadline_s: 600,
  ask_after_s: 30,
  return_url: null,
  scenario: null,
}

export const eur = (amount_minor: number) => ({ amount_minor, currency: 'EUR' })

async function whose(tx: PoolClient, hold_id: string, payment_id: string) {
  const { rows } = await tx.query<{ customer: string }>('select customer from inv.hold where id = $1', [
    hold_id,
  ])
  return { hold_id, payment_id, customer: rows[0]?.customer ?? '' }
}
