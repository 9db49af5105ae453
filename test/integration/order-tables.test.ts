/**
 * The guards in SQL against the tables of `order-state.ts`, `payment-state.ts`, `refund-state.ts` and `return-state.ts`:
 * every event on a row of every state, by the statements of the product. Holds have their own file.
 *
 * Left out, because one instance has no statement for them: orders that are PAID, `home_confirmed` and
 * `last_part_confirmed`; and `stock_found`, since the refund of an order that cannot be fulfilled is asked for in the
 * transaction that finds this out.
 */
import { afterAll, expect, test } from 'vitest'
import { nextOrderState } from '../../src/orders/order-state.ts'
import { nextPaymentState } from '../../src/orders/payment-state.ts'
import { nextRefundState } from '../../src/orders/refund-state.ts'
import { nextReturnState } from '../../src/orders/return-state.ts'
import { useDatabase } from '../support/database.ts'
import { openDesk } from '../support/order-desk.ts'
import { orderSteps } from '../support/order-steps.ts'
import { paymentSteps, refundSteps, returnSteps } from '../support/paper-steps.ts'

const { pool } = await useDatabase('order_tables')
const desk = openDesk(pool)
const orders = orderSteps(pool, desk)

afterAll(async () => expect(await desk.breaches()).toEqual([]))

type Table = 'orders' | 'payment' | 'refund' | 'return_request'
type Steps<From extends string, Event extends string, Made> = {
  readonly ways: Readonly<Record<From, () => Promise<Made>>>
  readonly acts: Readonly<Record<Event, (made: Made) => Promise<unknown>>>
}

const stateOf = async (table: Table, id: string) =>
  (await pool.query<{ state: string }>(`select state from inv.${table} where id = $1`, [id])).rows[0]?.state

/**
 * One test a cell, each with a row of its own.
 * @param next what the table says; null: refused, the state stays
 * @param concurrent false where a statement takes every row that is due
 */
function compare<From extends string, Event extends string, Made extends { readonly id: string }>(
  table: Table,
  { ways, acts }: Steps<From, Event, Made>,
  next: (from: From, event: Event) => string | null,
  concurrent = true,
): void {
  for (const [from, make] of entries(ways)) {
    for (const [event, act] of entries(acts)) {
      test(`inv.${table}: ${event} leads from ${from} where its table says`, { concurrent }, async () => {
        const made = await make()
        expect(await stateOf(table, made.id)).toBe(from)
        await act(made)
        expect(await stateOf(table, made.id)).toBe(next(from, event) ?? from)
      })
    }
  }
}

const entries = <K extends string, V>(of: Readonly<Record<K, V>>) => Object.entries(of) as [K, V][]

compare('orders', orders, nextOrderState)
compare('payment', paymentSteps(pool, desk, orders), nextPaymentState)
compare('refund', refundSteps(pool, desk, orders), nextRefundState, false)
compare('return_request', returnSteps(pool, desk, orders), nextReturnState)
