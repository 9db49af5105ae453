/**
 * One payment brought up to date with its provider: asked how it stands, and what it says written down. Pay calls,
 * webhooks and the worker all come here, so it does not matter who is first, who comes twice, or who died on the way:
 * a message is only a reason to ask, and every statement that writes the answer is guarded (order design, section 7).
 *
 * | the provider says | payment | hold and order |
 * |---|---|---|
 * | nothing, after all tries | UNKNOWN | as they were; asked again later |
 * | pending | PENDING | as they were |
 * | declined, cancelled, no such payment | DECLINED, CANCELLED | ACTIVE for another attempt, else CLOSING |
 * | paid, as asked for | SUCCEEDED | CONFIRMED and ALLOCATED, also while it closes |
 * | paid, after the hold had ended | SUCCEEDED | the worker finds units anew, or the money goes back |
 * | paid, another amount, or a second time | SUCCEEDED | nothing is confirmed; all of it goes back |
 *
 * One that has ended without money is asked about a few times more, less and less often: what a webhook that got lost
 * would have told is found out all the same.
 */
import { recordLooked, recordNoAnswer, recordPending } from '../postgres/inv/payment-questions.ts'
import type { PaymentRow } from '../postgres/inv/payment-rows.ts'
import { endPayment, type Money, type PaymentTaken, takePayment } from '../postgres/inv/payments.ts'
import { requestRefund } from '../postgres/inv/refunds.ts'
import { inTransaction, type Pool } from '../postgres/pool.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { FaultPoints } from './fault-point.ts'
import type { PaymentProvider } from './provider.ts'

/** How long things may take. */
export type PaymentTimes = {
  /** From a pay call until the hold closes unpaid, s. */
  readonly deadline_s: number
  /** Until the provider is asked when it tells nothing, s. */
  readonly ask_after_s: number
  /** How long a pay call waits for the provider before it is answered, ms. */
  readonly patience_ms: number
}

export type SettleParts = {
  readonly pool: Pool
  readonly provider: PaymentProvider
  readonly times: PaymentTimes
  readonly faults: FaultPoints
  readonly metrics: Pick<Metrics, 'count'>
  /** UUIDv7 text. */
  readonly newId: () => string
}

/** Three attempts in all; after one that was declined at least two minutes are left (order design, section 6). */
const ATTEMPT_RULES = { attempts: 3, grace_s: 120 }

/** Whether the provider may still have money for it. */
export function isOpen({ state }: Pick<PaymentRow, 'state'>): boolean {
  return state === 'CREATED' || state === 'PENDING' || state === 'UNKNOWN'
}

export type ProviderWord =
  | { readonly word: 'paid'; readonly money: Money }
  | { readonly word: 'pending' | 'declined' | 'cancelled' | 'no_answer' }

/** What has become of a payment by what its provider said. */
export type Settled = 'pending' | 'declined' | 'cancelled' | 'no_answer' | PaymentTaken

/** Ask the provider and write down what it says. @throws pg errors */
export async function settlePayment(parts: SettleParts, payment: PaymentRow): Promise<Settled> {
  const word = await askProvider(parts, payment)
  const settled = await writeWord(parts, payment, word)
  parts.metrics.count('payments_settled_total', { outcome: settled.toLowerCase() })
  return settled
}

/** A payment that the provider may not know is made there first: its key makes that the same payment, however often. */
async function askProvider(parts: SettleParts, payment: PaymentRow): Promise<ProviderWord> {
  const { provider } = parts
  const { amount_minor, currency } = payment
  if (amount_minor === 0) return { word: 'paid', money: { amount_minor, currency } } // nobody has to be asked
  let ref = payment.provider_ref
  if (ref === null) {
    if (!isOpen(payment)) return { word: 'cancelled' } // the provider never had it
    const created = await provider.create(paymentToCreate(payment, parts.times))
    await parts.faults.at('pay.called')
    if (created.outcome === 'unknown') return { word: 'no_answer' }
    if (created.outcome === 'refused') return { word: 'declined' }
    ref = created.ref
    // a statement of its own: whatever happens next, the name of the money is known
    const { ask_after_s } = parts.times
    const { redirectUrl: redirect_url } = created
    await recordPending(parts.pool, { id: payment.id, provider_ref: ref, redirect_url, ask_after_s })
    if (created.state === 'pending') return { word: 'pending' }
  }
  const found = await provider.get(ref)
  if (found.outcome === 'unknown') return { word: 'no_answer' }
  if (found.outcome === 'missing') return { word: 'cancelled' } // and if it was there after all, late money is still money
  if (found.state !== 'succeeded') return { word: found.state }
  return { word: 'paid', money: { amount_minor: found.amountMinor, currency: found.currency } }
}

/** Says the same at every call: a provider may refuse a key that comes with something else. */
function paymentToCreate(payment: PaymentRow, { deadline_s }: PaymentTimes) {
  return {
    key: `${payment.order_id}:${payment.attempt}`,
    orderId: payment.order_id,
    amountMinor: BigInt(payment.amount_minor),
    currency: payment.currency,
    expiresInS: deadline_s,
    ...(payment.return_url === null ? {} : { returnUrl: payment.return_url }),
    ...(payment.scenario === null ? {} : { scenario: payment.scenario }),
  }
}

/** No money will come of it, says the provider. */
export async function endUnpaid(
  { pool, times }: Pick<SettleParts, 'pool' | 'times'>,
  id: string,
  word: 'declined' | 'cancelled',
): Promise<void> {
  const state = word === 'declined' ? 'DECLINED' : 'CANCELLED'
  await inTransaction(pool, async (tx) => {
    await endPayment(tx, { id, state }, ATTEMPT_RULES)
    await recordLooked(tx, id, times.ask_after_s)
  })
}

async function writeWord(
  { pool, times, newId }: SettleParts,
  payment: PaymentRow,
  said: ProviderWord,
): Promise<Settled> {
  const { id, order_id, provider_ref } = payment
  switch (said.word) {
    case 'no_answer':
      await recordNoAnswer(pool, id)
      return said.word
    case 'pending': // of a new one it is written already
      if (provider_ref !== null)
        await recordPending(pool, { id, provider_ref, redirect_url: null, ask_after_s: times.ask_after_s })
      return said.word
    case 'declined':
    case 'cancelled':
      await endUnpaid({ pool, times }, id, said.word)
      return said.word
    case 'paid':
      return await inTransaction(pool, async (tx) => {
        const taken = await takePayment(tx, id, said.money)
        if (taken === 'WRONG_AMOUNT' || taken === 'SURPLUS') {
          const refund = {
            id: newId(),
            order_id,
            payment_id: id,
            reason: taken.toLowerCase(),
            return_id: null,
          }
          await requestRefund(tx, { ...refund, amount_minor: Number(said.money.amount_minor) })
        }
        return taken
      })
    default:
      throw new Error(`word not handled: ${said satisfies never}`)
  }
}
