/**
 * Life of one payment attempt, as the provider tells it. Its words may come late, twice and in any order, so a
 * payment never goes back: money that has come is never forgotten, and money that comes after the provider had
 * said "declined" or "cancelled" is still money (the order then finds its units anew, or refunds).
 */

export type PaymentState =
  | 'CREATED' // our row; the provider may not know it yet
  | 'PENDING' // the provider has it
  | 'SUCCEEDED'
  | 'DECLINED'
  | 'CANCELLED'
  | 'UNKNOWN' // no answer after all tries; asked again by the sweeper

/** What the provider says, or that it says nothing. */
export type PaymentEvent = 'pending' | 'succeeded' | 'declined' | 'cancelled' | 'no_answer'

// biome-ignore format: a table reads by columns
export const PAYMENT_NEXT: Record<PaymentState, Record<PaymentEvent, PaymentState>> = {
  CREATED:   { pending: 'PENDING',   succeeded: 'SUCCEEDED', declined: 'DECLINED',  cancelled: 'CANCELLED', no_answer: 'UNKNOWN' },
  PENDING:   { pending: 'PENDING',   succeeded: 'SUCCEEDED', declined: 'DECLINED',  cancelled: 'CANCELLED', no_answer: 'UNKNOWN' },
  UNKNOWN:   { pending: 'PENDING',   succeeded: 'SUCCEEDED', declined: 'DECLINED',  cancelled: 'CANCELLED', no_answer: 'UNKNOWN' },
  SUCCEEDED: { pending: 'SUCCEEDED', succeeded: 'SUCCEEDED', declined: 'SUCCEEDED', cancelled: 'SUCCEEDED', no_answer: 'SUCCEEDED' },
  DECLINED:  { pending: 'DECLINED',  succeeded: 'SUCCEEDED', declined: 'DECLINED',  cancelled: 'DECLINED',  no_answer: 'DECLINED' },
  CANCELLED: { pending: 'CANCELLED', succeeded: 'SUCCEEDED', declined: 'CANCELLED', cancelled: 'CANCELLED', no_answer: 'CANCELLED' },
}

/** @returns the next state; the same one when the event tells nothing */
export function nextPaymentState(from: PaymentState, event: PaymentEvent): PaymentState {
  return PAYMENT_NEXT[from][event]
}
