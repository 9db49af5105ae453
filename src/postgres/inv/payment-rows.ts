/** Payments as they are read. States: `src/orders/payment-state.ts`. */
import type { Pool, PoolClient } from '../pool.ts'
import { moneyOf } from './money.ts'

export type PaymentStateText = 'CREATED' | 'PENDING' | 'SUCCEEDED' | 'DECLINED' | 'CANCELLED' | 'UNKNOWN'

/** One attempt to pay. The key at the provider is `<order_id>:<attempt>`. */
export type PaymentRow = {
  readonly id: string
  readonly order_id: string
  readonly hold_id: string
  readonly customer: string
  readonly attempt: number
  readonly provider: string
  readonly provider_ref: string | null
  readonly amount_minor: number
  readonly paid_minor: number
  readonly currency: string
  readonly state: PaymentStateText
  readonly tries: number
  readonly created_at: Date
}

/** SQL of a `PaymentRow`; `p` is inv.payment and `o` inv.orders. */
export const PAYMENT_COLUMNS = `p.id, p.order_id, o.hold_id, o.customer, p.attempt, p.provider, p.provider_ref,
  ${moneyOf('p.amount_minor')} as amount_minor, ${moneyOf('p.paid_minor')} as paid_minor, o.currency, p.state, p.tries,
  p.created_at`

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
