/** What a decision of Postgres, fresh or of long ago, means for the caller and for the gate. Pure. */
import type { HoldRow } from '../postgres/inv/holds.ts'
import type { Reserved } from '../postgres/inv/reserve.ts'
import type { SettledLine } from './admission.ts'
import { type HoldOutcome, holdAnswer } from './hold-answer.ts'
import type { ReadyCart } from './hold-call.ts'
import type { Refusal } from './types.ts'

/** `gateNext`: lines to settle, or give the admission back, or say nothing: somebody else will. */
export type Conclusion = {
  readonly answer: HoldOutcome
  readonly gateNext: readonly SettledLine[] | 'abort' | 'leave'
}

/** @param isReplay the decision was made for a twin of this call */
export function fromReserved(
  reserved: Exclude<Reserved, { readonly outcome: 'KNOWN' }>,
  cart: ReadyCart,
  isReplay: boolean,
): Conclusion {
  if (reserved.outcome === 'REFUSED') return refused(reserved.refusal, isReplay)
  const hold = holdAnswer({ ...reserved, id: cart.id, ttl_s: cart.ttl_s })
  return {
    answer: { outcome: 'held', hold, expires_in_ms: cart.ttl_s * 1_000, isReplay },
    gateNext: settledLines(cart, reserved.lines),
  }
}

/** @param row that has the id of the cart; whose it is, the hash says */
export function fromRow(row: HoldRow, cart: ReadyCart): Conclusion {
  if (row.req_hash === null) return refused({ reason: 'ABANDONED', lines: [] }, true)
  if (!isSameRequest(row.req_hash, cart)) return { answer: { outcome: 'reused' }, gateNext: 'leave' }
  const { refusal, currency, total_minor } = row
  if (row.state === 'VOID' || currency === null || total_minor === null) {
    return refused(refusal ?? { reason: 'ABANDONED', lines: [] }, true)
  }
  const hold = holdAnswer({ ...row, currency, total_minor, short: refusal?.lines ?? [] })
  return {
    answer: { outcome: 'held', hold, expires_in_ms: Math.max(0, row.expires_in_ms), isReplay: true },
    gateNext: settledLines(cart, row.lines),
  }
}

/** Hashes are of request and customer: equal ones are one call sent twice. */
export function isSameRequest(hash: Uint8Array, cart: ReadyCart): boolean {
  return Buffer.compare(hash, cart.req_hash) === 0
}

/** Every line the gate may have counted; 0: Postgres did not take it. */
function settledLines(
  cart: ReadyCart,
  held: readonly { readonly sku: string; readonly ver: number }[],
): SettledLine[] {
  const versions = new Map(held.map(({ sku, ver }) => [sku, ver]))
  return cart.lines.map(({ sku }) => ({ sku, ver: versions.get(sku) ?? 0 }))
}

function refused(refusal: Refusal, isReplay: boolean): Conclusion {
  return { answer: { outcome: 'refused', refusal, isReplay }, gateNext: 'abort' }
}
