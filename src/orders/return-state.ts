/** Life of a request to send goods back. A part of an order can come back, so a return is its own row. */

export type ReturnState = 'REQUESTED' | 'APPROVED' | 'REJECTED' | 'RECEIVED' | 'REFUNDED'

export type ReturnEvent =
  | 'approve'
  | 'reject'
  | 'receive' // per line to stock again, or scrapped
  | 'refunded' // the money has gone back

// null: refused. The same state: said before, nothing to do.
// biome-ignore format: a table reads by columns
export const RETURN_NEXT: Record<ReturnState, Record<ReturnEvent, ReturnState | null>> = {
  REQUESTED: { approve: 'APPROVED', reject: 'REJECTED', receive: null,       refunded: null },
  APPROVED:  { approve: 'APPROVED', reject: null,       receive: 'RECEIVED', refunded: null },
  REJECTED:  { approve: null,       reject: 'REJECTED', receive: null,       refunded: null },
  RECEIVED:  { approve: null,       reject: null,       receive: 'RECEIVED', refunded: 'REFUNDED' },
  REFUNDED:  { approve: null,       reject: null,       receive: null,       refunded: 'REFUNDED' },
}

/** @returns the next state; null: refused */
export function nextReturnState(from: ReturnState, event: ReturnEvent): ReturnState | null {
  return RETURN_NEXT[from][event]
}
