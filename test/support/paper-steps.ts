/** Payments, refunds and returns of a test in every state, and what each event does to one in SQL. */
import { randomUUID } from 'node:crypto'
import type { PaymentEvent, PaymentState } from '../../src/orders/payment-state.ts'
import type { RefundEvent, RefundState } from '../../src/orders/refund-state.ts'
import type { ReturnEvent, ReturnState } from '../../src/orders/return-state.ts'
import { recordNoAnswer, recordPending } from '../../src/postgres/inv/payment-questions.ts'
import { endPayment, takePayment } from '../../src/postgres/inv/payments.ts'
import {
  claimDueRefunds,
  finishRefund,
  recordRefundFailed,
  requestRefund,
} from '../../src/postgres/inv/refunds.ts'
import { decideReturn, receiveReturn, requestReturn } from '../../src/postgres/inv/returns.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { type Desk, eur } from './order-desk.ts'
import type { MadeOrder, OrderSteps } from './order-steps.ts'

type Row = { readonly id: string }

/** Do something to what was made, and give it on. */
const after =
  <T>(make: () => Promise<T>, act: (made: T) => Promise<unknown>) =>
  async () => {
    const made = await make()
    await act(made)
    return made
  }

export function paymentSteps(pool: Pool, desk: Desk, orders: OrderSteps) {
  type Payment = Row & { readonly amount: number }
  const created = async (): Promise<Payment> => {
    const { payment, amount } = await orders.ways.PENDING_PAYMENT()
    return { id: payment, amount }
  }
  const acts: Readonly<Record<PaymentEvent, (made: Payment) => Promise<unknown>>> = {
    pending: ({ id }) =>
      recordPending(pool, { id, provider_ref: `ref-${id}`, redirect_url: null, ask_after_s: 30 }),
    succeeded: ({ id, amount }) => desk.within((tx) => takePayment(tx, id, eur(amount))),
    declined: ({ id }) => desk.within((tx) => endPayment(tx, { id, state: 'DECLINED' }, ONE_MORE)),
    cancelled: ({ id }) => desk.within((tx) => endPayment(tx, { id, state: 'CANCELLED' }, ONE_MORE)),
    no_answer: ({ id }) => recordNoAnswer(pool, id),
  }
  const ways: Readonly<Record<PaymentState, () => Promise<Payment>>> = {
    CREATED: created,
    PENDING: after(created, acts.pending),
    SUCCEEDED: after(created, acts.succeeded),
    DECLINED: after(created, acts.declined),
    CANCELLED: after(created, acts.cancelled),
    UNKNOWN: after(created, acts.no_answer),
  }
  return { ways, acts }
}

/** `pending` has no statement: who hears it waits. */
export function refundSteps(pool: Pool, desk: Desk, orders: OrderSteps) {
  const requested = async (): Promise<Row> => {
    const refund = { id: randomUUID(), ...REFUND }
    const { id, payment } = await orders.paid()
    await desk.within((tx) => requestRefund(tx, { ...refund, order_id: id, payment_id: payment }))
    return refund
  }
  const acts: Readonly<Record<Exclude<RefundEvent, 'pending'>, (made: Row) => Promise<unknown>>> = {
    send: ({ id }) => send(pool, id),
    done: ({ id }) => desk.within((tx) => finishRefund(tx, id)),
    failed: ({ id }) => recordRefundFailed(pool, id),
  }
  const sent = after(requested, acts.send)
  const ways: Readonly<Record<RefundState, () => Promise<Row>>> = {
    REQUESTED: requested,
    SENT: sent,
    DONE: after(sent, acts.done),
    FAILED: after(sent, acts.failed),
  }
  return { ways, acts }
}

export function returnSteps(pool: Pool, desk: Desk, orders: OrderSteps) {
  type Return = Row & { readonly order: MadeOrder }
  const requested = async (): Promise<Return> => {
    const [id, order] = [randomUUID(), await orders.ways.SHIPPED()]
    const lines = [{ sku: order.sku, qty: 1 }]
    await desk.within((tx) => requestReturn(tx, { id, order_id: order.id, lines, reason: null }))
    return { id, order }
  }
  const acts: Readonly<Record<ReturnEvent, (made: Return) => Promise<unknown>>> = {
    approve: ({ id }) => decideReturn(pool, id, 'APPROVED'),
    reject: ({ id }) => decideReturn(pool, id, 'REJECTED'),
    receive: ({ id, order }) =>
      desk.within((tx) => receiveReturn(tx, id, [{ sku: order.sku, qty: 1, loc: 1, restock: true }], null)),
    refunded: async ({ id, order }) => {
      const refund = { id: randomUUID(), ...REFUND, order_id: order.id, payment_id: order.payment }
      await desk.within((tx) => requestRefund(tx, { ...refund, return_id: id }))
      await send(pool, refund.id)
      await desk.within((tx) => finishRefund(tx, refund.id))
    },
  }
  const approved = after(requested, acts.approve)
  const received = after(approved, acts.receive)
  const ways: Readonly<Record<ReturnState, () => Promise<Return>>> = {
    REQUESTED: requested,
    APPROVED: approved,
    REJECTED: after(requested, acts.reject),
    RECEIVED: received,
    REFUNDED: after(received, acts.refunded),
  }
  return { ways, acts }
}

const ONE_MORE = { attempts: 9, grace_s: 120 }
const REFUND = { amount_minor: 1, reason: 'test', return_id: null }

/** As the worker does when it is due. */
async function send(pool: Pool, id: string): Promise<void> {
  await pool.query('update inv.refund set due_at = clock_timestamp() where id = $1 and due_at is not null', [
    id,
  ])
  await claimDueRefunds(pool, { limit: 1_000, lease_s: 60 })
}
