/**
 * A webhook of the payment provider: kept, then acted on, then answered. It is only a hint that something has happened;
 * what, the provider is asked. So it may come late, twice, in the wrong order, be made up by somebody who knows a
 * reference, or never come. What was kept and not acted on the worker takes up.
 */
import { markPaymentEventApplied, readClock, recordPaymentEvent } from '../postgres/inv/payment-events.ts'
import { readPaymentByRef } from '../postgres/inv/payment-rows.ts'
import { patiently } from './patience.ts'
import type { PostgresClock } from './postgres-clock.ts'
import type { WebhookEvent } from './provider.ts'
import { type SettleParts, settlePayment } from './settle-payment.ts'
import { orUnavailable } from './unavailable.ts'

export type Webhook = {
  /** As in its path. */
  readonly provider: string
  /** The body as it came. */
  readonly raw: Uint8Array
  /** Value of the header `Aisle-Signature`. */
  readonly signature: string | null
}

/** A provider gives up after a few seconds, and would send again what we have, ms. */
const PATIENCE_MS = 2_000

/** `taken` also for one that came before. */
export type WebhookTaken = 'taken' | 'bad_signature' | 'bad_body' | 'unknown_provider'

/** @throws OrderingUnavailable: nothing was kept, it has to come again */
export type TakeWebhook = (webhook: Webhook) => Promise<WebhookTaken>

export type WebhookParts = SettleParts & {
  /** The clock that decides whether a message is too old. */
  readonly time: Pick<PostgresClock, 'now' | 'note'>
  /** What went wrong after the answer. */
  readonly onError: (error: unknown) => void
}

/** @param parts null: there is no provider */
export function createTakeWebhook(parts: WebhookParts | null): TakeWebhook {
  return async (webhook) => {
    if (parts?.provider.name !== webhook.provider) return 'unknown_provider'
    const { pool, provider, faults, onError } = parts
    const verified = provider.verifyWebhook(webhook.raw, webhook.signature, await secondsNow(parts))
    if (verified.outcome !== 'event') return verified.outcome
    await faults.at('webhook.received')
    const { event } = verified
    const kept = {
      provider: provider.name,
      event_id: event.id,
      type: event.type,
      ref: event.ref,
      body: event,
    }
    const isNew = await orUnavailable(() => recordPaymentEvent(pool, kept))
    if (!isNew) return 'taken'
    await faults.at('webhook.committed')
    // it is kept: the worker tries again
    await patiently(PATIENCE_MS, applyEvent(parts, event), onError).catch(onError)
    return 'taken'
  }
}

/** Once known it costs no question: whoever sends rubbish must not keep Postgres busy. Unix time, s. */
async function secondsNow({ pool, time }: WebhookParts): Promise<number> {
  if (time.now() === null) time.note(new Date((await orUnavailable(() => readClock(pool))) * 1_000))
  return (time.now()?.getTime() ?? 0) / 1_000
}

/** @returns false: no payment of ours has this name yet; the event stays open */
export async function applyEvent(
  parts: SettleParts,
  event: Pick<WebhookEvent, 'id' | 'ref'>,
): Promise<boolean> {
  const { pool, provider } = parts
  const payment = await readPaymentByRef(pool, event.ref)
  if (payment === null) return false
  const isOver = payment.state === 'SUCCEEDED' // nothing that comes after changes it
  if (!isOver && (await settlePayment(parts, payment)) === 'no_answer') return false
  await markPaymentEventApplied(pool, { provider: provider.name, event_id: event.id })
  return true
}
