/**
 * Life of an order, from the first pay call to the last return: which event leads where. In SQL each row is one
 * guarded update; this table is the same list, complete by type. An order is cut only at units that have not
 * left the house; what was sent comes back by a return, which has a life of its own.
 */

export type OrderState =
  | 'PENDING_PAYMENT' // pay was called; the hold keeps the units
  | 'PAID' // home is confirmed, other instances are not yet
  | 'ALLOCATED' // the units are committed
  | 'PARTIALLY_SHIPPED'
  | 'SHIPPED' // nothing is left to send
  | 'DELIVERED'
  | 'CANCELLED' // never paid, or every unit was cancelled
  | 'PAID_UNFULFILLED' // paid after its hold had ended, and the units are gone
  | 'REFUNDED' // the end of PAID_UNFULFILLED
  | 'RETURNED' // every shipped unit came back

export type OrderEvent =
  | 'pay_called' // the first pay call of a hold
  | 'hold_confirmed' // paid, one instance
  | 'home_confirmed' // paid, parts on other instances are open
  | 'last_part_confirmed'
  | 'hold_ended' // the hold expired or was released unpaid
  | 'paid_late_reserved' // paid though cancelled, and all lines could be reserved anew
  | 'paid_late_unavailable' // paid though cancelled, and they could not
  | 'refund_done' // of the whole order that could not be fulfilled
  | 'stock_found' // before that refund, and the customer agrees
  | 'ship_some' // units are left to send
  | 'ship_rest' // none is left
  | 'cancel_some' // units are left to send
  | 'cancel_rest' // none is left
  | 'delivered'
  | 'returned_all'

/** `NONE`: the hold has no order. */
export type OrderFrom = OrderState | 'NONE'

const no = null

/** Where each event leads from each state; in each row first what happens, then what is refused (null). */
// biome-ignore format: a table reads by rows
export const ORDER_NEXT: Record<OrderFrom, Record<OrderEvent, OrderState | null>> = {
  NONE: {
    pay_called: 'PENDING_PAYMENT',
    hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no, paid_late_reserved: no,
    paid_late_unavailable: no, refund_done: no, stock_found: no, ship_some: no, ship_rest: no, cancel_some: no,
    cancel_rest: no, delivered: no, returned_all: no,
  },
  PENDING_PAYMENT: {
    hold_confirmed: 'ALLOCATED', home_confirmed: 'PAID', hold_ended: 'CANCELLED',
    pay_called: no, last_part_confirmed: no, paid_late_reserved: no, paid_late_unavailable: no, refund_done: no,
    stock_found: no, ship_some: no, ship_rest: no, cancel_some: no, cancel_rest: no, delivered: no,
    returned_all: no,
  },
  PAID: {
    last_part_confirmed: 'ALLOCATED',
    pay_called: no, hold_confirmed: no, home_confirmed: no, hold_ended: no, paid_late_reserved: no,
    paid_late_unavailable: no, refund_done: no, stock_found: no, ship_some: no, ship_rest: no, cancel_some: no,
    cancel_rest: no, delivered: no, returned_all: no,
  },
  ALLOCATED: {
    ship_some: 'PARTIALLY_SHIPPED', ship_rest: 'SHIPPED', cancel_some: 'ALLOCATED', cancel_rest: 'CANCELLED',
    pay_called: no, hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no,
    paid_late_reserved: no, paid_late_unavailable: no, refund_done: no, stock_found: no, delivered: no,
    returned_all: no,
  },
  PARTIALLY_SHIPPED: {
    ship_some: 'PARTIALLY_SHIPPED', ship_rest: 'SHIPPED', cancel_some: 'PARTIALLY_SHIPPED', cancel_rest: 'SHIPPED',
    pay_called: no, hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no,
    paid_late_reserved: no, paid_late_unavailable: no, refund_done: no, stock_found: no, delivered: no,
    returned_all: no,
  },
  SHIPPED: {
    delivered: 'DELIVERED', returned_all: 'RETURNED',
    pay_called: no, hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no,
    paid_late_reserved: no, paid_late_unavailable: no, refund_done: no, stock_found: no, ship_some: no,
    ship_rest: no, cancel_some: no, cancel_rest: no,
  },
  DELIVERED: {
    returned_all: 'RETURNED',
    pay_called: no, hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no,
    paid_late_reserved: no, paid_late_unavailable: no, refund_done: no, stock_found: no, ship_some: no,
    ship_rest: no, cancel_some: no, cancel_rest: no, delivered: no,
  },
  CANCELLED: { // of an order that was never paid
    paid_late_reserved: 'ALLOCATED', paid_late_unavailable: 'PAID_UNFULFILLED',
    pay_called: no, hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no,
    refund_done: no, stock_found: no, ship_some: no, ship_rest: no, cancel_some: no, cancel_rest: no,
    delivered: no, returned_all: no,
  },
  PAID_UNFULFILLED: {
    refund_done: 'REFUNDED', stock_found: 'ALLOCATED',
    pay_called: no, hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no,
    paid_late_reserved: no, paid_late_unavailable: no, ship_some: no, ship_rest: no, cancel_some: no,
    cancel_rest: no, delivered: no, returned_all: no,
  },
  REFUNDED: {
    pay_called: no, hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no,
    paid_late_reserved: no, paid_late_unavailable: no, refund_done: no, stock_found: no, ship_some: no,
    ship_rest: no, cancel_some: no, cancel_rest: no, delivered: no, returned_all: no,
  },
  RETURNED: {
    pay_called: no, hold_confirmed: no, home_confirmed: no, last_part_confirmed: no, hold_ended: no,
    paid_late_reserved: no, paid_late_unavailable: no, refund_done: no, stock_found: no, ship_some: no,
    ship_rest: no, cancel_some: no, cancel_rest: no, delivered: no, returned_all: no,
  },
}

/** @returns the next state; null: refused */
export function nextOrderState(from: OrderFrom, event: OrderEvent): OrderState | null {
  return ORDER_NEXT[from][event]
}
