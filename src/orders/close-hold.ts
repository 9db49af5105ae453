/**
 * A hold whose money is under way ends. The money path is closed first: units leave it only after the provider has said
 * of every open payment that its money cannot come. If it came after all, the hold is an order.
 */
import { type Closing, deferClosing, finishClosing } from '../postgres/inv/closings.ts'
import { readLastChangesOfHolds } from '../postgres/inv/last-changes.ts'
import { type PaymentRow, readPayment } from '../postgres/inv/payment-rows.ts'
import { inTransaction } from '../postgres/pool.ts'
import { endUnpaid, isOpen, type SettleParts, settlePayment } from './settle-payment.ts'
import type { TellGate } from './tell-gate.ts'

/** `deferred`: the provider did not say so; it is asked again later. */
export type HoldClosed = 'ended' | 'deferred'

/** @throws pg errors */
export async function closeHold(
  parts: SettleParts & { readonly tellGate: TellGate },
  { hold_id, payment_ids }: Closing,
): Promise<HoldClosed> {
  const { pool, faults } = parts
  await faults.at('sweep.closing')
  for (const id of payment_ids) await closePayment(parts, id)
  const freed = await inTransaction(pool, async (tx) =>
    (await finishClosing(tx, hold_id)) ? await readLastChangesOfHolds(tx, [hold_id]) : null,
  )
  if (freed !== null) {
    await parts.tellGate(freed)
    return 'ended'
  }
  await inTransaction(pool, (tx) => deferClosing(tx, hold_id)) // nothing to defer when it has become an order
  return 'deferred'
}

async function closePayment(parts: SettleParts, id: string): Promise<void> {
  const payment = await knownThere(parts, id)
  if (payment === null) return
  const { provider, faults } = parts
  const key = `${payment.order_id}:${payment.attempt}:cancel`
  const said = await provider.cancel(payment.provider_ref, key)
  await faults.at('sweep.cancelled')
  if (said === 'cancelled' || said === 'declined') await endUnpaid(parts, id, said)
  else await settlePayment(parts, payment) // paid, or no word: how it stands is asked
}

/** A payment whose create got lost is made at the provider with its key, so that there is something to cancel. */
async function knownThere(
  parts: SettleParts,
  id: string,
): Promise<(PaymentRow & { readonly provider_ref: string }) | null> {
  let payment = await readPayment(parts.pool, id)
  if (payment?.provider_ref === null && isOpen(payment)) {
    await settlePayment(parts, payment)
    payment = await readPayment(parts.pool, id)
  }
  const ref = payment?.provider_ref ?? null
  return payment && isOpen(payment) && ref !== null ? { ...payment, provider_ref: ref } : null
}
