/**
 * A webhook of the payment provider: kept, then acted on, then answered. It is only a hint that something has happened;
 * what, the provider is asked. So it may come late, twice, in the wrong order, be made up by somebody who knows a
 * reference, or never come. What was kept and not acted on the worker takes up.
 */
import { markPaymentEventApplied, readClock, recordPaymentEvent } from '../postgres/inv/payment-events.ts'
import { readPaymentByRef } from '../postgres/inv/payment-rows.ts'
import { patiently } from './patience.ts'
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

/** @param parts null: there is no provider */
export function createTakeWebhook(parts: SettleParts | null, onError: (error: unknown) => void): TakeWebhook {
  return async (webhook) => {
    if (parts?.provider.name !== webhook.provider) return 'unknown_provider'
    const { pool, provider, faults } = parts
    const nowSeconds = await orUnavailable(() => readClock(pool))
    const verified = provider.verifyWebhook(webhook.raw, webhook.signature, nowSeconds)
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
