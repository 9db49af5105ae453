/**
 * The simulated provider in time: books, fates and webhooks together. Payments are decided after their delay or by a
 * shopper, run out of time, race with cancels; answers get lost after the effect.
 */
import type { Context } from 'hono'
import {
  type NewPayment,
  type Payment,
  PaymentBooks,
  type PaymentState,
  type Refund,
} from './payment-books.ts'
import { callFate, isRaced, paymentFate, type Rates, webhookFate } from './payment-rates.ts'
import { Timers } from './timers.ts'
import { Webhooks, type WebhookTarget } from './webhooks.ts'

export type SimulationOptions = {
  readonly rates: Rates
  readonly seed: number
  readonly webhooks: WebhookTarget
}

/** Absent parts stay as they are. */
export type Changes = { readonly [N in keyof Rates]?: Rates[N] | undefined } & {
  readonly seed?: number | undefined
  readonly webhook_url?: string | undefined
}

/** A client gives up after 5 s; what it abandoned is kept a little longer, ms. */
const NEVER_MS = 30_000
/** A payment that is paid after its cancel takes this long at least, so that the cancel is seen first, ms. */
const AFTER_CANCEL_MS = 50

export class PaymentSimulation {
  readonly webhooks: Webhooks
  readonly #options: SimulationOptions
  #books: PaymentBooks
  #rates: Rates
  #seed: number
  readonly #tries = new Map<string, number>()
  readonly #timers = new Timers()

  constructor(options: SimulationOptions) {
    this.#options = options
    this.#rates = options.rates
    this.#seed = options.seed
    this.webhooks = new Webhooks(options.webhooks)
    this.#books = this.#openBooks()
  }

  get books(): PaymentBooks {
    return this.#books
  }

  /** As it was at its start: empty books, nothing on its way. */
  reset(): void {
    this.stop()
    this.#tries.clear()
    this.#rates = this.#options.rates
    this.#seed = this.#options.seed
    this.webhooks.reset(this.#options.webhooks)
    this.#books = this.#openBooks()
  }

  #openBooks(): PaymentBooks {
    return new PaymentBooks((event, payment) => {
      this.webhooks.send(event, webhookFate(this.#rates, this.#seed, event.id, payment.scenario))
    })
  }

  configure({ seed, webhook_url, ...rates }: Changes): Rates & { seed: number; webhook_url: string } {
    const given = Object.entries(rates).filter(([, value]) => value !== undefined)
    this.#rates = { ...this.#rates, ...Object.fromEntries(given) }
    this.#seed = seed ?? this.#seed
    this.webhooks.target = { ...this.webhooks.target, url: webhook_url ?? this.webhooks.target.url }
    return { ...this.#rates, seed: this.#seed, webhook_url: this.webhooks.target.url }
  }

  isByShopper({ scenario }: Payment): boolean {
    return scenario.isByShopper ?? this.#rates.mode === 'shopper'
  }

  /** @returns null when the key was used for another payment */
  create(given: NewPayment, expiresInS: number): Payment | null {
    const created = this.#books.create(given)
    if (created === null) return null
    const { payment, isNew } = created
    if (!isNew) return payment
    this.#timers.after(expiresInS * 1_000, () => this.#books.decide(payment.ref, 'cancelled'))
    if (this.isByShopper(payment) || payment.scenario.isPaidAfterCancel) return payment
    const { delayMs, isDeclined } = paymentFate(this.#rates, this.#seed, given.key, given.scenario)
    const decide = () => this.#books.decide(payment.ref, isDeclined ? 'declined' : 'succeeded')
    if (delayMs === 0) decide()
    else this.#timers.after(delayMs, decide)
    return payment
  }

  /** @returns how it stands after the cancel; null for an unknown payment */
  cancel(ref: string): Exclude<PaymentState, 'pending'> | null {
    const payment = this.#books.find(ref)
    if (!payment) return null
    if (payment.state !== 'pending') return payment.state
    const isLate = isRaced(this.#rates, this.#seed, ref)
    this.#books.decide(ref, isLate ? 'succeeded' : 'cancelled')
    if (payment.scenario.isPaidAfterCancel) {
      const { delayMs } = paymentFate(this.#rates, this.#seed, payment.key, {})
      this.#timers.after(Math.max(delayMs, AFTER_CANCEL_MS), () => this.#books.payAfterCancel(ref))
    }
    return isLate ? 'succeeded' : 'cancelled'
  }

  refund(key: string, ref: string, amountMinor: bigint): Refund | 'refused' {
    const refund = this.#books.refund(key, ref, amountMinor)
    if (refund === 'refused' || refund.state === 'done') return refund
    const { delayMs } = paymentFate(this.#rates, this.#seed, key, {})
    if (delayMs === 0) this.#books.finishRefund(key)
    else this.#timers.after(delayMs, () => this.#books.finishRefund(key))
    return refund
  }

  /** The answer of a call that has had its effect, or what a bad network makes of it. */
  answer(c: Context, call: string, key: string, reply: () => Response): Response | Promise<Response> {
    const tried = (this.#tries.get(`${call} ${key}`) ?? 0) + 1
    this.#tries.set(`${call} ${key}`, tried)
    const fate = callFate(this.#rates, this.#seed, call, key, tried)
    if (fate === 'answered') return reply()
    if (fate === 'error_after') return c.json({ error: 'something failed here' }, 500)
    return new Promise((resolve) => {
      const give = () => resolve(c.json({ error: 'too late' }, 500))
      c.req.raw.signal.addEventListener('abort', give, { once: true })
      this.#timers.after(NEVER_MS, give)
    })
  }

  stop(): void {
    this.#timers.clear()
    this.webhooks.stop()
  }
}
