/**
 * What the worker does for money, pass by pass (order design, sections 6 to 8). Everything that must happen has a
 * `due_at` in Postgres; who takes a row makes it due again a little later, so a worker that dies leaves it to the next.
 * The provider is called outside of any transaction, eight calls at a time.
 *
 * | job | takes | does |
 * |---|---|---|
 * | closings | holds past their pay deadline or given back while being paid for | closes the money path, then gives the units back |
 * | payments | payments that nothing was heard of, and some that have ended | asks the provider how they stand |
 * | late-orders | orders that were paid after their hold had ended | finds units anew, or sends the money back |
 * | refunds | money that is owed | sends it, until the provider says that it is back |
 * | payment-events | webhooks that were kept and not acted on | acts on them |
 */
import { claimClosings, closeOverdueHolds } from '../postgres/inv/closings.ts'
import { type LateOutcome, reserveLateOrder } from '../postgres/inv/late-orders.ts'
import { claimDueOrders } from '../postgres/inv/orders.ts'
import {
  dropForeignPaymentEvents,
  type OpenPaymentEvent,
  readOpenPaymentEvents,
} from '../postgres/inv/payment-events.ts'
import { claimDuePayments } from '../postgres/inv/payment-questions.ts'
import {
  claimDueRefunds,
  finishRefund,
  type RefundToSend,
  readOldestRefundAge,
  recordRefundFailed,
} from '../postgres/inv/refunds.ts'
import { inTransaction } from '../postgres/pool.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { closeHold } from './close-hold.ts'
import { inLanes } from './lanes.ts'
import type { LeasedJob } from './leased-job.ts'
import { type SettleParts, settlePayment } from './settle-payment.ts'
import { applyEvent } from './take-webhook.ts'
import type { TellGate } from './tell-gate.ts'

export type PaymentJobsParts = SettleParts & {
  readonly metrics: Pick<Metrics, 'count' | 'set'>
  readonly tellGate: TellGate
  /** Longest rest between two passes, ms: what becomes due waits no longer. */
  readonly sweepMs: number
  readonly onError: (error: unknown) => void
}

/** Calls of the provider at once. */
const LANES = 8
/** Rows of one pass. */
const ROWS = 64
/** A webhook is acted on by who takes it; only what is older was left behind. */
const EVENT_AGE_S = 2
/** A name that no payment of ours has after this is not ours: every payment has had its deadline. */
const FOREIGN_EVENT_AGE_S = 3_600
/** Questions about a closing hold until they come once a minute: by then five minutes have passed. */
const LATE_CLOSING_TRIES = 9

export function paymentJobs(parts: PaymentJobsParts): readonly LeasedJob[] {
  const { pool } = parts
  const claim = { limit: ROWS, lease_s: parts.times.ask_after_s }
  const job = <Row>(
    name: string,
    take: () => Promise<readonly Row[]>,
    work: (row: Row) => Promise<unknown>,
  ): LeasedJob => ({
    job: name,
    pass: async (signal) => {
      const rows = await take()
      await inLanes(rows, { lanes: LANES, signal }, work, parts.onError)
      return rows.length === ROWS ? 0 : parts.sweepMs
    },
  })
  return [
    job(
      'closings',
      async () => {
        await inTransaction(pool, (tx) => closeOverdueHolds(tx, ROWS))
        return await inTransaction(pool, (tx) => claimClosings(tx, claim))
      },
      async (closing) => {
        const isLate = closing.close_tries >= LATE_CLOSING_TRIES
        if ((await closeHold(parts, closing)) === 'deferred' && isLate)
          parts.metrics.count('payments_closings_unanswered_total')
      },
    ),
    job(
      'payments',
      () => claimDuePayments(pool, claim),
      (payment) => settlePayment(parts, payment),
    ),
    job(
      'late-orders',
      () => claimDueOrders(pool, claim),
      (id) => findUnits(parts, id),
    ),
    job(
      'refunds',
      async () => {
        parts.metrics.set('payments_oldest_refund_seconds', await readOldestRefundAge(pool))
        return await claimDueRefunds(pool, claim)
      },
      (refund) => sendRefund(parts, refund),
    ),
    {
      job: 'payment-events',
      pass: async (signal) => {
        await dropForeignPaymentEvents(pool, FOREIGN_EVENT_AGE_S)
        const events = await readOpenPaymentEvents(pool, { age_s: EVENT_AGE_S, limit: ROWS })
        const apply = ({ event_id: id, ref }: OpenPaymentEvent) => applyEvent(parts, { id, ref })
        await inLanes(events, { lanes: LANES, signal }, apply, parts.onError)
        return parts.sweepMs // nothing is claimed: what could not be acted on is read again
      },
    },
  ]
}

/** Thrown to roll back: the order does not wait for units any more. */
class NothingToFind extends Error {}

async function findUnits({ pool, newId, metrics }: PaymentJobsParts, order_id: string): Promise<void> {
  const late = { order_id, hold_id: newId(), refund_id: newId() }
  let outcome: LateOutcome = 'GONE'
  await inTransaction(pool, async (tx) => {
    outcome = await reserveLateOrder(tx, late)
    if (outcome === 'GONE') throw new NothingToFind()
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof NothingToFind)) throw thrown
  })
  metrics.count('payments_late_orders_total', { outcome: outcome.toLowerCase() })
}

/** The id of the row is the key: sent again, it can only be the same refund. */
async function sendRefund({ pool, provider }: PaymentJobsParts, refund: RefundToSend): Promise<void> {
  const { id, provider_ref, amount_minor } = refund
  const said =
    provider_ref === null
      ? 'failed'
      : await provider.refund({ key: id, ref: provider_ref, amountMinor: BigInt(amount_minor) })
  if (said === 'done') await inTransaction(pool, (tx) => finishRefund(tx, id))
  else if (said !== 'pending') await recordRefundFailed(pool, id)
}
