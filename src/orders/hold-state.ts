/**
 * Life of a hold: which event leads where. In SQL each row is one guarded update; this table is the same list,
 * complete by type, so that a state or event without a decision does not compile. Guards that look at more than the state
 * (clock, attempts, amount) are part of the event's name here and of the `where` there.
 *
 * The money path is closed first: units leave a PAYING hold only by way of CONFIRMED, or of CLOSING and the
 * provider's word that the money cannot come.
 */

export type HoldState =
  | 'PREPARED' // part of a cart over several instances, not yet sealed
  | 'ACTIVE' // units are kept for the customer until expires_at
  | 'PAYING' // a payment is under way
  | 'CLOSING' // asking the provider to end a payment
  | 'CONFIRMED' // paid: the units belong to an order
  | 'RELEASED' // given back by the customer or an admin
  | 'EXPIRED' // given back by time
  | 'VOID' // the id was refused, or claimed so that it can never be held

export type HoldEvent =
  | 'granted' // reserve took the units, one instance
  | 'prepared' // reserve took the units, one of several instances
  | 'refused' // reserve took nothing, or the sweeper found no row for a tentative id
  | 'seal' // every part of the cart is prepared
  | 'abandon' // a cart over several instances was refused or left, and home is not sealed
  | 'extend' // not expired, within max_expires_at, nobody waits for a sku of it
  | 'pay' // not expired
  | 'release' // the customer or an admin gives it back
  | 'expire' // due, and not a part
  | 'home_confirmed' // a part learns from its home
  | 'home_released'
  | 'home_expired'
  | 'paid' // the provider has the money, and the amount is the order's
  | 'declined_again' // attempts and time are left for another payment
  | 'declined_last' // none are left, the pay deadline passed
  | 'closed_by_time' // the provider says that no money can come; nobody asked for the end
  | 'closed_by_customer' // the same; the customer had asked for the end
  | 'provider_away' // the provider gives no answer

/** `NONE`: there is no row of this id. */
export type HoldFrom = HoldState | 'NONE'

/** What the units of a hold count as: I2 is the sum over these. */
export const HOLD_UNITS = {
  NONE: 'free',
  PREPARED: 'held',
  ACTIVE: 'held',
  PAYING: 'held',
  CLOSING: 'held',
  CONFIRMED: 'committed',
  RELEASED: 'free',
  EXPIRED: 'free',
  VOID: 'free',
} as const satisfies Record<HoldFrom, 'free' | 'held' | 'committed'>

/** States that a hold never leaves. */
export const ENDED_HOLD_STATES = ['CONFIRMED', 'RELEASED', 'EXPIRED', 'VOID'] as const satisfies HoldState[]

type Ended = (typeof ENDED_HOLD_STATES)[number]

const no = null

/**
 * Where each event leads from each state; in each row first what happens, then what is refused. null: refused, a
 * bug in the caller or a race that the other side has won. The same state: accepted, only times change.
 */
// biome-ignore format: a table reads by rows
export const HOLD_NEXT: Record<Exclude<HoldFrom, Ended>, Record<HoldEvent, HoldState | null>> = {
  NONE: {
    granted: 'ACTIVE', prepared: 'PREPARED', refused: 'VOID',
    seal: no, abandon: no, extend: no, pay: no, release: no, expire: no, home_confirmed: no, home_released: no,
    home_expired: no, paid: no, declined_again: no, declined_last: no, closed_by_time: no, closed_by_customer: no,
    provider_away: no,
  },
  PREPARED: {
    seal: 'ACTIVE', abandon: 'RELEASED',
    granted: no, prepared: no, refused: no, extend: no, pay: no, release: no, expire: no, home_confirmed: no,
    home_released: no, home_expired: no, paid: no, declined_again: no, declined_last: no, closed_by_time: no,
    closed_by_customer: no, provider_away: no,
  },
  ACTIVE: {
    extend: 'ACTIVE', pay: 'PAYING', release: 'RELEASED', expire: 'EXPIRED',
    home_confirmed: 'CONFIRMED', home_released: 'RELEASED', home_expired: 'EXPIRED',
    granted: no, prepared: no, refused: no, seal: no, abandon: no, paid: no, declined_again: no, declined_last: no,
    closed_by_time: no, closed_by_customer: no, provider_away: no,
  },
  PAYING: {
    paid: 'CONFIRMED', declined_again: 'ACTIVE', declined_last: 'CLOSING', release: 'CLOSING',
    granted: no, prepared: no, refused: no, seal: no, abandon: no, extend: no, pay: no, expire: no,
    home_confirmed: no, home_released: no, home_expired: no, closed_by_time: no, closed_by_customer: no,
    provider_away: no,
  },
  CLOSING: {
    paid: 'CONFIRMED', closed_by_time: 'EXPIRED', closed_by_customer: 'RELEASED', provider_away: 'CLOSING',
    granted: no, prepared: no, refused: no, seal: no, abandon: no, extend: no, pay: no, release: no, expire: no,
    home_confirmed: no, home_released: no, home_expired: no, declined_again: no, declined_last: no,
  },
}

/** @returns the next state; null: refused. An ended hold stays as it is whatever comes. */
export function nextHoldState(from: HoldFrom, event: HoldEvent): HoldState | null {
  return isEnded(from) ? from : HOLD_NEXT[from][event]
}

/** Whether a hold in this state never changes again. */
export function isEnded(state: HoldFrom): state is Ended {
  return (ENDED_HOLD_STATES as readonly HoldFrom[]).includes(state)
}
