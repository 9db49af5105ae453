/**
 * Life of a refund. The row comes first and its id is the key of every call, so sending it again can only repeat
 * it. The sum of refunds of an order stays within what was paid; that guard is in SQL.
 */

export type RefundState = 'REQUESTED' | 'SENT' | 'DONE' | 'FAILED'

export type RefundEvent =
  | 'send' // the call goes out, or goes out again
  | 'pending' // the provider has it and has not paid yet
  | 'done'
  | 'failed' // the provider refused; sent again later

// null: refused, a bug in the caller. The same state: accepted, nothing to do.
// biome-ignore format: a table reads by columns
export const REFUND_NEXT: Record<RefundState, Record<RefundEvent, RefundState | null>> = {
  REQUESTED: { send: 'SENT', pending: null,   done: null,   failed: null },
  SENT:      { send: 'SENT', pending: 'SENT', done: 'DONE', failed: 'FAILED' },
  FAILED:    { send: 'SENT', pending: null,   done: 'DONE', failed: 'FAILED' }, // two calls at once: one failed, one did not
  DONE:      { send: 'DONE', pending: 'DONE', done: 'DONE', failed: 'DONE' },
}

/** @returns the next state; null: refused */
export function nextRefundState(from: RefundState, event: RefundEvent): RefundState | null {
  return REFUND_NEXT[from][event]
}
