/** Payments as they are read. States: `src/orders/payment-state.ts`. */
import type { Pool, PoolClient } from '../pool.ts'
import { moneyOf } from './money.ts'
import type { OrderStateText } from './orders.ts'

export type PaymentStateText = 'CREATED' | 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'CANCELLED' | 'UNKNOWN'

/** One attempt to pay. The key at the provider is `<order_id>:<attempt>`. */
export type PaymentRow = {
  readonly id: string
  readonly order_id: string
  /** The hold that was paid for; an order that was paid too late has got another one since. */
  readonly hold_id: string
  readonly customer: string
  readonly order_state: OrderStateText
  readonly attempt: number
  readonly provider: string
  readonly provider_ref: string | null
  readonly amount_minor: number
  readonly paid_minor: number
  readonly currency: string
  readonly state: PaymentStateText
  readonly tries: number
  readonly return_url: string | null
  readonly scenario: string | null
  /** Where the shopper pays; null: nothing to do there, or not known yet. */
  readonly redirect_url: string | null
  /** Body of the answer to the pay call; null until there was one. */
  readonly answer: string | null
  readonly created_at: Date
}

/** SQL of a `PaymentRow`; `p` is inv.payment and `o` inv.orders. */
export const PAYMENT_COLUMNS = `p.id, p.order_id, p.hold_id, o.customer, o.state as order_state, p.attempt, p.provider,
  p.provider_ref, ${moneyOf('p.amount_minor')} as amount_minor, ${moneyOf('p.paid_minor')} as paid_minor, o.currency,
  p.state, p.tries, p.return_url, p.scenario, p.redirect_url, p.answer, p.created_at`

/** @returns null: unknown */
export async function readPayment(db: Pool | PoolClient, id: string): Promise<PaymentRow | null> {
  const { rows } = await db.query<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from inv.payment p join inv.orders o on o.id = p.order_id where p.id = $1::uuid`,
    [id],
  )
  return rows[0] ?? null
}

/** Payments of orders, by attempt. */
export async function readPaymentsOf(
  db: Pool | PoolClient,
  orderIds: readonly string[],
): Promise<PaymentRow[]> {
  const { rows } = await db.query<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from inv.payment p join inv.orders o on o.id = p.order_id
      where p.order_id = any ($1::uuid[]) order by p.order_id, p.attempt`,
    [orderIds],
  )
  return rows
}

/** By the provider's own name of it. @returns null: unknown */
export async function readPaymentByRef(db: Pool | PoolClient, ref: string): Promise<PaymentRow | null> {
  const { rows } = await db.query<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from inv.payment p join inv.orders o on o.id = p.order_id where p.provider_ref = $1::text`,
    [ref],
  )
  return rows[0] ?? null
}

/** Payments in a state, oldest first, for people. */
export async function listPayments(db: Pool, state: PaymentStateText, limit: number): Promise<PaymentRow[]> {
  const { rows } = await db.query<PaymentRow>(
    `select ${PAYMENT_COLUMNS} from inv.payment p join inv.orders o on o.id = p.order_id
      where p.state = $1::text order by p.created_at, p.id limit $2::integer`,
    [state, limit],
  )
  return rows
}
