/**
 * A call to pay for a hold. Order of work: the row first, committed (hold PAYING, order PENDING_PAYMENT, payment
 * CREATED); then the provider, outside of any transaction, with the key `<order id>:<attempt>`; then what it says.
 * Whoever dies on the way leaves a row that the same call, or the worker, goes on with. A provider that takes long is
 * not waited for to the end: the answer says how far it has come, and the order tells the rest.
 *
 * The payment row is the record of the call, as the hold row is of a call for a hold: its id is the key of the call,
 * and it keeps the answer, so that a repeated call gets the first one again (I6). The key of the first call is the id
 * of the order.
 */
import { readHolds } from '../postgres/inv/holds.ts'
import type { OrderStateText } from '../postgres/inv/orders.ts'
import { recordPayAnswer } from '../postgres/inv/payment-questions.ts'
import { type PaymentRow, type PaymentStateText, readPayment } from '../postgres/inv/payment-rows.ts'
import { beginPayment } from '../postgres/inv/payments.ts'
import { inTransaction } from '../postgres/pool.ts'
import { type HoldObstacle, obstacleOf } from './own-holds.ts'
import { patiently } from './patience.ts'
import { isOpen, type SettleParts, settlePayment } from './settle-payment.ts'
import { isTaken, orUnavailable } from './unavailable.ts'

export type PayCall = {
  /** Idempotency key, UUIDv7 text; null: this call has no twin. */
  readonly key: string | null
  readonly hold_id: string
  /** Subject of the token. */
  readonly customer: string
  /** Where the browser goes after paying on a page of the provider. */
  readonly return_url: string | null
  /** For the simulated provider, see `CreatePayment`. */
  readonly scenario: string | null
}

/** As it was when the call was answered; how it goes on the order tells. */
export type PayAnswer = {
  readonly order_id: string
  readonly state: OrderStateText
  /** `DECLINED`: the hold can be paid for again with another key. `CREATED`, `UNKNOWN`: the provider has said nothing. */
  readonly payment_state: PaymentStateText
  /** Where the shopper pays; absent: nothing to do there. */
  readonly redirect_url?: string
}

export type PayOutcome =
  | { readonly outcome: 'accepted'; readonly answer: PayAnswer; readonly isReplay: boolean }
  /** The customer has no such hold. */
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'not_possible'; readonly reason: HoldObstacle }
  /** The key belongs to another request. */
  | { readonly outcome: 'reused' }
  /** This shop has no payment provider. */
  | { readonly outcome: 'no_provider' }

/** @throws OrderingUnavailable */
export type Pay = (call: PayCall) => Promise<PayOutcome>

export type PayParts = SettleParts & {
  /** What went wrong after the answer. */
  readonly onError: (error: unknown) => void
}

/** @param parts null: there is no provider */
export function createPay(parts: PayParts | null): Pay {
  return async (call) => (parts === null ? { outcome: 'no_provider' } : orUnavailable(() => pay(parts, call)))
}

async function pay(parts: PayParts, call: PayCall): Promise<PayOutcome> {
  const { pool, faults } = parts
  const begun = (await known(parts, call)) ?? (await begin(parts, call))
  if ('outcome' in begun) return begun
  if (begun.answer !== null) return { outcome: 'accepted', answer: JSON.parse(begun.answer), isReplay: true }
  await faults.at('pay.row')
  if (isOpen(begun)) await patiently(parts.times.patience_ms, settlePayment(parts, begun), parts.onError)
  await faults.at('pay.result')
  const payment = (await readPayment(pool, begun.id)) ?? begun
  const given = JSON.stringify(answerOf(payment))
  const kept = await recordPayAnswer(pool, payment.id, given)
  return { outcome: 'accepted', answer: JSON.parse(kept), isReplay: kept !== given }
}

/** The payment that an earlier call with this key has begun; null: there was none. */
async function known({ pool }: SettleParts, call: PayCall): Promise<PaymentRow | PayOutcome | null> {
  const payment = call.key === null ? null : await readPayment(pool, call.key)
  if (payment === null) return null
  const isSame =
    payment.customer === call.customer &&
    payment.hold_id === call.hold_id &&
    payment.return_url === call.return_url &&
    payment.scenario === call.scenario
  return isSame ? payment : { outcome: 'reused' }
}

async function begin(parts: SettleParts, call: PayCall): Promise<PaymentRow | PayOutcome> {
  const { pool, times, provider, newId } = parts
  const { hold_id, customer, return_url, scenario } = call
  const payment_id = call.key ?? newId()
  try {
    const begun = await inTransaction(pool, (tx) =>
      beginPayment(tx, {
        ...{ hold_id, customer, payment_id, return_url, scenario },
        ...{ provider: provider.name, ...times },
      }),
    )
    return begun ?? (await known(parts, call)) ?? (await whyNot(parts, call)) // a twin may have been quicker
  } catch (thrown) {
    if (!isTaken(thrown)) throw thrown
    return (await known(parts, call)) ?? { outcome: 'reused' } // by an order of another hold
  }
}

async function whyNot({ pool }: SettleParts, call: PayCall): Promise<PayOutcome> {
  const [hold] = await readHolds(pool, [call.hold_id], call.customer)
  if (!hold) return { outcome: 'unknown' }
  if (hold.state !== 'ACTIVE') return { outcome: 'not_possible', reason: obstacleOf(hold.state) }
  // an attempt that was under way a moment ago has just been declined
  return { outcome: 'not_possible', reason: hold.expires_in_ms > 0 ? 'IN_PROGRESS' : 'EXPIRED' }
}

function answerOf(payment: PaymentRow): PayAnswer {
  const { order_id, order_state: state, state: payment_state, redirect_url } = payment
  const isToPay = redirect_url !== null && isOpen(payment)
  return { order_id, state, payment_state, ...(isToPay ? { redirect_url } : {}) }
}
