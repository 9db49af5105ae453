/**
 * Orders as their customer sees them. Whose an order is stands in every statement; one of somebody else does not exist.
 * Only Postgres is asked, and nothing here changes anything.
 */
import {
  listOrders,
  type OrderLineRow,
  type OrderRow,
  type OrderStateText,
  readOrder,
} from '../postgres/inv/orders.ts'
import { type PaymentStateText, readPaymentsOf } from '../postgres/inv/payment-rows.ts'
import { readRefunds } from '../postgres/inv/refunds.ts'
import { type ReturnStateText, readReturns } from '../postgres/inv/returns.ts'
import type { Pool } from '../postgres/pool.ts'
import { isOpen } from './settle-payment.ts'
import { orUnavailable } from './unavailable.ts'

/** An order in a list. Money in minor units of `currency`. */
export type OrderSummary = {
  readonly order_id: string
  readonly hold_id: string
  readonly state: OrderStateText
  /** ISO 8601, UTC. */
  readonly created_at: string
  readonly currency: string
  readonly total_minor: number
  readonly paid_minor: number
  /** Promised back, sent or not. */
  readonly refunded_minor: number
  /** Sorted by sku, then location: units of one from the other; `cancelled`, `shipped` and `returned` of the `qty`. */
  readonly lines: readonly OrderLineRow[]
}

export type PaymentView = {
  readonly payment_id: string
  readonly attempt: number
  readonly state: PaymentStateText
  readonly amount_minor: number
  /** Where to go on paying; absent: nothing to do there. */
  readonly redirect_url?: string
}

export type RefundView = {
  readonly refund_id: string
  readonly amount_minor: number
  /** `DONE`: the provider has paid it back. */
  readonly state: string
  readonly reason: string
  readonly created_at: string
}

export type ReturnView = {
  readonly return_id: string
  readonly state: ReturnStateText
  readonly lines: readonly { readonly sku: string; readonly qty: number }[]
  readonly reason: string | null
  readonly created_at: string
}

/** One order with all that belongs to it; each list oldest first. */
export type OrderView = OrderSummary & {
  readonly payments: readonly PaymentView[]
  readonly refunds: readonly RefundView[]
  readonly returns: readonly ReturnView[]
}

/** `next`: send it as `before` for the next page; null: this is the last one. */
export type OrderPageView = { readonly orders: readonly OrderSummary[]; readonly next: string | null }

/** All of it throws OrderingUnavailable when Postgres does not answer. */
export type OwnOrders = {
  /** @returns null: there is none of this customer */
  read(id: string, customer: string): Promise<OrderView | null>
  /** Youngest first. @param page `before`: id of the last order seen, or null */
  list(
    customer: string,
    page: { readonly before: string | null; readonly limit: number },
  ): Promise<OrderPageView>
}

export function createOwnOrders(pool: Pool): OwnOrders {
  return {
    read: (id, customer) =>
      orUnavailable(async () => {
        const order = await readOrder(pool, id)
        if (order?.customer !== customer) return null
        const [payments, refunds, returns] = await Promise.all([
          paymentsOf(pool, id),
          refundsOf(pool, id),
          returnsOf(pool, id),
        ])
        return { ...summaryOf(order), payments, refunds, returns }
      }),
    list: (customer, { before, limit }) =>
      orUnavailable(async () => {
        const from = before === null ? null : { id: before }
        const rows = await listOrders(pool, { customer, state: null, before: from, limit: limit + 1 })
        const shown = rows.slice(0, limit)
        return {
          orders: shown.map(summaryOf),
          next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
        }
      }),
  }
}

/** An order as it stands in a list. */
export function summaryOf(order: OrderRow): OrderSummary {
  const { id, hold_id, state, created_at, currency, total_minor, paid_minor, refunded_minor, lines } = order
  return {
    ...{ order_id: id, hold_id, state, created_at: created_at.toISOString() },
    ...{ currency, total_minor, paid_minor, refunded_minor, lines },
  }
}

async function paymentsOf(pool: Pool, orderId: string): Promise<PaymentView[]> {
  const rows = await readPaymentsOf(pool, [orderId])
  return rows.map(({ id, attempt, state, amount_minor, redirect_url }) => {
    const where = isOpen({ state }) && redirect_url !== null ? { redirect_url } : {}
    return { payment_id: id, attempt, state, amount_minor, ...where }
  })
}

async function refundsOf(pool: Pool, orderId: string): Promise<RefundView[]> {
  const rows = await readRefunds(pool, orderId)
  return rows.map(({ id, amount_minor, state, reason, created_at }) => ({
    ...{ refund_id: id, amount_minor, state, reason, created_at: created_at.toISOString() },
  }))
}

async function returnsOf(pool: Pool, orderId: string): Promise<ReturnView[]> {
  const rows = await readReturns(pool, orderId)
  return rows.map(({ id, state, lines, reason, created_at }) => ({
    ...{ return_id: id, state, reason, created_at: created_at.toISOString() },
    lines: lines.map(({ sku, qty }) => ({ sku, qty })),
  }))
}
