/** A payment as people of the shop see it. */
import type { PaymentRow, PaymentStateText } from '../postgres/inv/payment-rows.ts'

/** Money in minor units of `currency`. `tries`: questions to the provider without an answer. */
export type PaymentShown = {
  readonly payment_id: string
  readonly order_id: string
  readonly customer: string
  readonly attempt: number
  readonly provider: string
  readonly provider_ref: string | null
  readonly state: PaymentStateText
  readonly currency: string
  readonly amount_minor: number
  readonly paid_minor: number
  readonly tries: number
  readonly created_at: string
}

export function shownPayment(row: PaymentRow): PaymentShown {
  const {
    order_id,
    customer,
    attempt,
    provider,
    provider_ref,
    state,
    currency,
    amount_minor,
    paid_minor,
    tries,
  } = row
  return {
    ...{ payment_id: row.id, order_id, customer, attempt, provider, provider_ref, state, currency },
    ...{ amount_minor, paid_minor, tries, created_at: row.created_at.toISOString() },
  }
}
