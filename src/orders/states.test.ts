/**
 * Each table against the prose of the order design, section 6: the transitions that it lists are written down here a
 * second time, and every other cell has to refuse (or, in an ended state, to leave things as they are).
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ENDED_HOLD_STATES,
  HOLD_NEXT,
  HOLD_UNITS,
  type HoldEvent,
  type HoldFrom,
  type HoldState,
  isEnded,
  nextHoldState,
} from './hold-state.ts'
import {
  nextOrderState,
  ORDER_NEXT,
  type OrderEvent,
  type OrderFrom,
  type OrderState,
} from './order-state.ts'
import { nextPaymentState, PAYMENT_NEXT, type PaymentEvent, type PaymentState } from './payment-state.ts'
import { nextRefundState, REFUND_NEXT, type RefundEvent, type RefundState } from './refund-state.ts'
import { nextReturnState, RETURN_NEXT, type ReturnEvent, type ReturnState } from './return-state.ts'

type Units = 'free' | 'held' | 'committed'
type HoldRow = readonly [from: HoldFrom, event: HoldEvent, to: HoldState, units: readonly [Units, Units]]

/** The rows of the design with their counters: none, held + q, held - q, and held - q with committed + q. */
const NOTHING: readonly [Units, Units] = ['held', 'held']
const TAKEN: readonly [Units, Units] = ['free', 'held']
const FREED: readonly [Units, Units] = ['held', 'free']
const SOLD: readonly [Units, Units] = ['held', 'committed']
const HOLD_ROWS: readonly HoldRow[] = [
  ['NONE', 'granted', 'ACTIVE', TAKEN],
  ['NONE', 'prepared', 'PREPARED', TAKEN],
  ['NONE', 'refused', 'VOID', ['free', 'free']],
  ['PREPARED', 'seal', 'ACTIVE', NOTHING],
  ['PREPARED', 'abandon', 'RELEASED', FREED],
  ['ACTIVE', 'extend', 'ACTIVE', NOTHING],
  ['ACTIVE', 'pay', 'PAYING', NOTHING],
  ['ACTIVE', 'release', 'RELEASED', FREED],
  ['ACTIVE', 'expire', 'EXPIRED', FREED],
  ['ACTIVE', 'home_confirmed', 'CONFIRMED', SOLD],
  ['ACTIVE', 'home_released', 'RELEASED', FREED],
  ['ACTIVE', 'home_expired', 'EXPIRED', FREED],
  ['PAYING', 'paid', 'CONFIRMED', SOLD],
  ['PAYING', 'declined_again', 'ACTIVE', NOTHING],
  ['PAYING', 'declined_last', 'CLOSING', NOTHING],
  ['PAYING', 'release', 'CLOSING', NOTHING],
  ['CLOSING', 'closed_by_time', 'EXPIRED', FREED],
  ['CLOSING', 'closed_by_customer', 'RELEASED', FREED],
  ['CLOSING', 'paid', 'CONFIRMED', SOLD],
  ['CLOSING', 'provider_away', 'CLOSING', NOTHING],
]
const ORDER_ROWS: readonly (readonly [OrderFrom, OrderEvent, OrderState])[] = [
  ['NONE', 'pay_called', 'PENDING_PAYMENT'],
  ['PENDING_PAYMENT', 'hold_confirmed', 'ALLOCATED'],
  ['PENDING_PAYMENT', 'home_confirmed', 'PAID'],
  ['PAID', 'last_part_confirmed', 'ALLOCATED'],
  ['PENDING_PAYMENT', 'hold_ended', 'CANCELLED'],
  ['CANCELLED', 'paid_late_reserved', 'ALLOCATED'],
  ['CANCELLED', 'paid_late_unavailable', 'PAID_UNFULFILLED'],
  ['PAID_UNFULFILLED', 'refund_done', 'REFUNDED'],
  ['PAID_UNFULFILLED', 'stock_found', 'ALLOCATED'],
  ['ALLOCATED', 'ship_some', 'PARTIALLY_SHIPPED'],
  ['ALLOCATED', 'ship_rest', 'SHIPPED'],
  ['PARTIALLY_SHIPPED', 'ship_some', 'PARTIALLY_SHIPPED'],
  ['PARTIALLY_SHIPPED', 'ship_rest', 'SHIPPED'],
  ['ALLOCATED', 'cancel_some', 'ALLOCATED'],
  ['ALLOCATED', 'cancel_rest', 'CANCELLED'],
  ['PARTIALLY_SHIPPED', 'cancel_some', 'PARTIALLY_SHIPPED'],
  ['PARTIALLY_SHIPPED', 'cancel_rest', 'SHIPPED'],
  ['SHIPPED', 'delivered', 'DELIVERED'],
  ['SHIPPED', 'returned_all', 'RETURNED'],
  ['DELIVERED', 'returned_all', 'RETURNED'],
]
const RETURN_ROWS: readonly (readonly [ReturnState, ReturnEvent, ReturnState])[] = [
  ['REQUESTED', 'approve', 'APPROVED'],
  ['REQUESTED', 'reject', 'REJECTED'],
  ['APPROVED', 'receive', 'RECEIVED'],
  ['RECEIVED', 'refunded', 'REFUNDED'],
]

const keys = <K extends string>(record: Record<K, unknown>) => Object.keys(record) as K[]
const HOLD_EVENTS = keys(HOLD_NEXT.NONE)
const HOLD_STATES = keys(HOLD_UNITS)

describe('hold states', () => {
  test('every cell of the hold table is a row of the design, or refuses', () => {
    for (const from of HOLD_STATES) {
      for (const event of HOLD_EVENTS) {
        const row = HOLD_ROWS.find((candidate) => candidate[0] === from && candidate[1] === event)
        const expected = row?.[2] ?? (isEnded(from) ? from : null)
        expect([from, event, nextHoldState(from, event)]).toEqual([from, event, expected])
      }
    }
  })

  test('each hold transition moves the units as the counters of the design say', () => {
    for (const [from, event, to, units] of HOLD_ROWS) {
      expect([from, event, HOLD_UNITS[from], HOLD_UNITS[to]]).toEqual([from, event, ...units])
    }
  })

  test('units of a hold that was once paid for are freed only on the word of the provider (I5)', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...HOLD_EVENTS), { maxLength: 40 }), (events) => {
        let state: HoldFrom = 'NONE'
        for (const event of events) {
          const next = nextHoldState(state, event)
          if (isEnded(state)) expect(next).toBe(state)
          if (state === 'PAYING') expect(next === null || HOLD_UNITS[next] !== 'free').toBe(true)
          if (state === 'CLOSING' && next !== null && HOLD_UNITS[next] === 'free') {
            expect(event).toMatch(/^closed_/)
          }
          state = next ?? state
        }
      }),
    )
  })

  test('a live hold always has a way to end', () => {
    const reach = (from: HoldFrom): HoldFrom[] =>
      HOLD_EVENTS.flatMap((event) => nextHoldState(from, event) ?? [])
    for (const from of HOLD_STATES) {
      const seen = new Set<HoldFrom>([from])
      for (const state of seen) for (const next of reach(state)) seen.add(next)
      expect(ENDED_HOLD_STATES.some((state) => seen.has(state))).toBe(true)
    }
  })
})

describe('order states', () => {
  test('every cell of the order table is a row of the design, or refuses', () => {
    for (const from of keys(ORDER_NEXT)) {
      for (const event of keys(ORDER_NEXT.NONE)) {
        const row = ORDER_ROWS.find((candidate) => candidate[0] === from && candidate[1] === event)
        expect([from, event, nextOrderState(from, event)]).toEqual([from, event, row?.[2] ?? null])
      }
    }
  })

  test('an order that shipped a unit is never cancelled', () => {
    const shipped: readonly OrderFrom[] = ['PARTIALLY_SHIPPED', 'SHIPPED', 'DELIVERED', 'RETURNED']
    for (const from of shipped) {
      for (const event of keys(ORDER_NEXT.NONE)) expect(nextOrderState(from, event)).not.toBe('CANCELLED')
    }
  })
})

describe('payment, refund and return states', () => {
  const paymentEvents = keys(PAYMENT_NEXT.CREATED)

  test('a payment that succeeded once stays so, whatever comes in which order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...paymentEvents), { maxLength: 12 }), (events) => {
        let state: PaymentState = 'CREATED'
        for (const event of events) state = nextPaymentState(state, event)
        expect(state === 'SUCCEEDED').toBe(events.includes('succeeded'))
      }),
    )
  })

  test('an open payment takes the word of the provider', () => {
    const words: Record<PaymentEvent, PaymentState> = {
      pending: 'PENDING',
      succeeded: 'SUCCEEDED',
      declined: 'DECLINED',
      cancelled: 'CANCELLED',
      no_answer: 'UNKNOWN',
    }
    for (const from of ['CREATED', 'PENDING', 'UNKNOWN'] as const) {
      for (const event of paymentEvents) expect(nextPaymentState(from, event)).toBe(words[event])
    }
  })

  test('a payment that ended unpaid changes only when money comes', () => {
    for (const from of ['DECLINED', 'CANCELLED'] as const) {
      for (const event of paymentEvents) {
        expect(nextPaymentState(from, event)).toBe(event === 'succeeded' ? 'SUCCEEDED' : from)
      }
    }
  })

  test('a refund reaches its end only after it was sent, and never leaves it', () => {
    const done: RefundState[] = keys(REFUND_NEXT).filter(
      (from) => nextRefundState(from, 'done' satisfies RefundEvent) === 'DONE',
    )
    expect(done.toSorted()).toEqual(['DONE', 'FAILED', 'SENT'])
    for (const event of keys(REFUND_NEXT.DONE)) expect(nextRefundState('DONE', event)).toBe('DONE')
    expect(nextRefundState('FAILED', 'send')).toBe('SENT')
  })

  test('every cell of the return table is a row of the design, a repetition, or refuses', () => {
    for (const from of keys(RETURN_NEXT)) {
      for (const event of keys(RETURN_NEXT.REQUESTED)) {
        const row = RETURN_ROWS.find((candidate) => candidate[0] === from && candidate[1] === event)
        const isRepeated = RETURN_ROWS.some(([, said, to]) => said === event && to === from)
        expect([from, event, nextReturnState(from, event)]).toEqual([
          from,
          event,
          row?.[2] ?? (isRepeated ? from : null),
        ])
      }
    }
  })
})
