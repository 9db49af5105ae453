/**
 * The provider's own books: payments and refunds by key, in money that adds up. It knows nothing of HTTP, webhooks or
 * time; what happens to a payment is told to `onEvent`. A test compares these books with our orders to the last unit.
 */
import { createHash } from 'node:crypto'
import type { Scenario } from './payment-rates.ts'

export type PaymentState = 'pending' | 'succeeded' | 'declined' | 'cancelled'

export type Payment = {
  readonly ref: string
  readonly key: string
  readonly order_id: string
  /** What it takes; not what it was asked for when its scenario says so. */
  readonly amount_minor: bigint
  readonly currency: string
  readonly asked: { readonly amount_minor: bigint; readonly currency: string }
  readonly return_url: string | null
  readonly scenario: Scenario
  state: PaymentState
  refunded_minor: bigint
}

export type Refund = {
  readonly key: string
  readonly ref: string
  readonly amount_minor: bigint
  state: 'pending' | 'done'
}

export type BookEvent = { readonly id: string; readonly type: string; readonly ref: string }

export type NewPayment = Omit<Payment, 'ref' | 'asked' | 'state' | 'refunded_minor'>

/** Money of one currency. */
export type Totals = { readonly paid_minor: string; readonly refunded_minor: string }

export class PaymentBooks {
  readonly #byKey = new Map<string, Payment>()
  readonly #byRef = new Map<string, Payment>()
  readonly #refunds = new Map<string, Refund>()
  readonly #onEvent: (event: BookEvent, payment: Payment) => void

  constructor(onEvent: (event: BookEvent, payment: Payment) => void) {
    this.#onEvent = onEvent
  }

  find(ref: string): Payment | null {
    return this.#byRef.get(ref) ?? null
  }

  /** The payment of this key, or null when the key was used for another request. */
  create(given: NewPayment): { readonly payment: Payment; readonly isNew: boolean } | null {
    const known = this.#byKey.get(given.key)
    if (known) return isSame(known, given) ? { payment: known, isNew: false } : null
    const ref = `pay_${createHash('sha256').update(given.key).digest('hex').slice(0, 24)}`
    const payment: Payment = { ...given, ...taken(given), ref, state: 'pending', refunded_minor: 0n }
    this.#byKey.set(given.key, payment)
    this.#byRef.set(ref, payment)
    this.#tell(payment, 'created')
    return { payment, isNew: true }
  }

  /** Decide a pending payment; one that is decided stays as it is. */
  decide(ref: string, state: Exclude<PaymentState, 'pending'>): void {
    const payment = this.#byRef.get(ref)
    if (payment?.state !== 'pending') return
    payment.state = state
    this.#tell(payment, state)
  }

  /** Money that comes although the provider had said that none would: the case that a shop must survive. */
  payAfterCancel(ref: string): void {
    const payment = this.#byRef.get(ref)
    if (payment?.state !== 'cancelled') return
    payment.state = 'succeeded'
    this.#tell(payment, 'succeeded')
  }

  /** The refund of this key; `refused` when more would go back than came, or the key was used for another one. */
  refund(key: string, ref: string, amount_minor: bigint): Refund | 'refused' {
    const known = this.#refunds.get(key)
    if (known) return known.ref === ref && known.amount_minor === amount_minor ? known : 'refused'
    const payment = this.#byRef.get(ref)
    if (payment?.state !== 'succeeded' || amount_minor <= 0n) return 'refused'
    if (payment.refunded_minor + amount_minor > payment.amount_minor) return 'refused'
    const refund: Refund = { key, ref, amount_minor, state: 'pending' }
    payment.refunded_minor += amount_minor
    this.#refunds.set(key, refund)
    return refund
  }

  finishRefund(key: string): void {
    const refund = this.#refunds.get(key)
    const payment = refund && this.#byRef.get(refund.ref)
    if (!payment || refund.state === 'done') return
    refund.state = 'done'
    this.#onEvent({ id: eventId(key, 'refunded'), type: 'payment.refunded', ref: payment.ref }, payment)
  }

  /** Everything, as JSON: amounts as decimal text. */
  toJSON() {
    const payments = [...this.#byRef.values()].map(
      ({ scenario: _, asked: __, amount_minor, refunded_minor, ...rest }) => ({
        ...rest,
        amount_minor: String(amount_minor),
        refunded_minor: String(refunded_minor),
      }),
    )
    const refunds = [...this.#refunds.values()].map((refund) => ({
      ...refund,
      amount_minor: String(refund.amount_minor),
    }))
    return { payments, refunds, totals: this.#totals() }
  }

  #totals(): Record<string, Totals> {
    const sums = new Map<string, { paid: bigint; refunded: bigint }>()
    for (const payment of this.#byRef.values()) {
      const sum = sums.get(payment.currency) ?? { paid: 0n, refunded: 0n }
      if (payment.state === 'succeeded') sum.paid += payment.amount_minor
      sum.refunded += payment.refunded_minor
      sums.set(payment.currency, sum)
    }
    return Object.fromEntries(
      [...sums].map(([currency, sum]) => [
        currency,
        { paid_minor: String(sum.paid), refunded_minor: String(sum.refunded) },
      ]),
    )
  }

  #tell(payment: Payment, what: string): void {
    this.#onEvent({ id: eventId(payment.key, what), type: `payment.${what}`, ref: payment.ref }, payment)
  }
}

function isSame(known: Payment, given: NewPayment): boolean {
  return (
    known.order_id === given.order_id &&
    known.asked.amount_minor === given.amount_minor &&
    known.asked.currency === given.currency
  )
}

function taken({ amount_minor, currency, scenario }: NewPayment) {
  return {
    asked: { amount_minor, currency },
    amount_minor: amount_minor - BigInt(scenario.shortMinor ?? 0),
    currency: scenario.currency ?? currency,
  }
}

/** The same happening has the same id, however often it is told. */
function eventId(key: string, what: string): string {
  return `evt_${createHash('sha256').update(`${key} ${what}`).digest('hex').slice(0, 24)}`
}
