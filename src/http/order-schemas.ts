/** Forms of the calls and answers about orders and their payments. */
import { z } from '@hono/zod-openapi'
import type { CancelAnswer, ReturnAnswer } from '../orders/change-orders.ts'
import { QTY_MAX } from '../orders/hold-call.ts'
import { LINES_MAX } from '../orders/lines.ts'
import type { OrderPageView, OrderSummary, OrderView } from '../orders/own-orders.ts'
import type { PayAnswer } from '../orders/pay.ts'
import { HOLD_EXAMPLE, Sku } from './hold-schemas.ts'
import { blankAsAbsent, integer } from './parameters.ts'

const URL_MAX = 2_000
const REASON_MAX = 500
const ORDERS_MAX = 100
const ORDERS_DEFAULT = 20

const Minor = z.int().min(0)
export const OrderState = z.enum([
  'PENDING_PAYMENT',
  'PAID',
  'ALLOCATED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'PAID_UNFULFILLED',
  'REFUNDED',
  'RETURNED',
])
export const PaymentState = z.enum(['CREATED', 'PENDING', 'SUCCEEDED', 'DECLINED', 'CANCELLED', 'UNKNOWN'])
const uuid = z.uuid().transform((id) => id.toLowerCase())

export const NewPayment = z
  .strictObject({
    return_url: z
      .url({ protocol: /^https?$/ })
      .max(URL_MAX)
      .nullable()
      .default(null)
      .openapi({ description: 'Where the browser goes after paying on a page of the provider' }),
    scenario: z
      .string()
      .regex(/^[A-Za-z0-9_:+]{1,100}$/)
      .nullable()
      .default(null)
      .openapi({
        description:
          'For the simulated provider, forces one case: `decline`, `late:90`, `dup:3`, `lost`, `paid_after_cancel`, `shopper`, `short:1`, `in:SEK`',
      }),
  })
  .openapi('NewPayment')

export const PaymentAccepted = z
  .strictObject({
    order_id: z.uuid(),
    state: OrderState,
    payment_state: PaymentState.openapi({
      description:
        '`DECLINED`: pay again with another key. `CREATED`, `UNKNOWN`: the provider has said nothing yet; look at the order',
    }),
    redirect_url: z.string().optional().openapi({ description: 'Where the shopper pays' }),
  })
  .openapi('PaymentAccepted')

const lines = z
  .array(z.strictObject({ sku: Sku, qty: z.int().min(1).max(QTY_MAX) }))
  .min(1)
  .max(LINES_MAX)

export const Cancellation = z
  .strictObject({
    lines: lines
      .nullable()
      .default(null)
      .openapi({ description: 'Units to take out; absent: all that are not sent' }),
  })
  .openapi('Cancellation')

export const NewReturn = z
  .strictObject({ lines, reason: z.string().max(REASON_MAX).nullable().default(null) })
  .openapi('NewReturn')

export const Cancelled = z
  .strictObject({
    order_id: z.uuid(),
    state: OrderState,
    refund_minor: Minor.openapi({ description: 'What goes back' }),
    refund_id: z.uuid().nullable(),
  })
  .openapi('Cancelled')

const UnitLines = z.array(z.strictObject({ sku: z.string(), qty: z.int() })).readonly()

export const ReturnRequested = z
  .strictObject({
    return_id: z.uuid(),
    order_id: z.uuid(),
    state: z.literal('REQUESTED'),
    lines: UnitLines,
    reason: z.string().nullable(),
  })
  .openapi('ReturnRequested')

/** What lists of orders tell of each. */
export const summary = {
  order_id: z.uuid(),
  hold_id: z.uuid(),
  state: OrderState,
  created_at: z.iso.datetime(),
  currency: z.string(),
  total_minor: Minor,
  paid_minor: Minor,
  refunded_minor: Minor.openapi({ description: 'Promised back, sent or not' }),
  lines: z
    .array(
      z.strictObject({
        sku: z.string(),
        loc: z.int(),
        qty: z.int(),
        unit_price_minor: Minor,
        cancelled: z.int(),
        shipped: z.int(),
        returned: z.int(),
      }),
    )
    .readonly(),
}

export const Order = z
  .strictObject({
    ...summary,
    payments: z
      .array(
        z.strictObject({
          payment_id: z.uuid(),
          attempt: z.int(),
          state: PaymentState,
          amount_minor: Minor,
          redirect_url: z.string().optional(),
        }),
      )
      .readonly(),
    refunds: z
      .array(
        z.strictObject({
          refund_id: z.uuid(),
          amount_minor: Minor,
          state: z.string().openapi({ description: '`DONE`: the provider has paid it back' }),
          reason: z.string(),
          created_at: z.iso.datetime(),
        }),
      )
      .readonly(),
    returns: z
      .array(
        z.strictObject({
          return_id: z.uuid(),
          state: z.enum(['REQUESTED', 'APPROVED', 'REJECTED', 'RECEIVED', 'REFUNDED']),
          lines: UnitLines,
          reason: z.string().nullable(),
          created_at: z.iso.datetime(),
        }),
      )
      .readonly(),
  })
  .openapi('Order')

export const OrderPage = z
  .strictObject({
    orders: z.array(z.strictObject(summary).openapi('OrderSummary')).readonly(),
    next: z
      .uuid()
      .nullable()
      .openapi({ description: 'Send it as `before` for the next page; null: this is the last' }),
  })
  .openapi('OrderPage')

export const OrderPageParameters = z.strictObject({
  before: blankAsAbsent(uuid.nullable().default(null)).openapi({
    type: 'string',
    format: 'uuid',
    param: { description: '`next` of the page before' },
  }),
  limit: integer(1, ORDERS_MAX, ORDERS_DEFAULT),
})

export const OrderPath = z.object({
  id: uuid.openapi({ param: { name: 'id', in: 'path' }, example: '0190f3c2-8a55-7d10-b7a1-5d0c9e1f4b02' }),
})

export const OnceHeader = z.object({
  'idempotency-key': z.string().optional().openapi({
    description:
      'UUID of version 7. The same key gives the same answer again; without it a call cannot be repeated safely',
    example: '0190f3c2-9c03-7e21-8f44-1a2b3c4d5e6f',
  }),
})

const ORDER_ID = '0190f3c2-8a55-7d10-b7a1-5d0c9e1f4b02'
const LAMPS: OrderSummary = {
  ...{ order_id: ORDER_ID, hold_id: HOLD_EXAMPLE.hold_id, state: 'ALLOCATED' },
  ...{ created_at: '2026-11-23T14:03:31.920Z', currency: 'EUR' },
  ...{ total_minor: 9_980, paid_minor: 9_980, refunded_minor: 0 },
  lines: [{ sku: 'LAMP-7', loc: 1, qty: 2, unit_price_minor: 4_990, cancelled: 0, shipped: 0, returned: 0 }],
}

export const PAY_EXAMPLE: PayAnswer = {
  order_id: ORDER_ID,
  state: 'PENDING_PAYMENT',
  payment_state: 'PENDING',
  redirect_url: 'https://payments.example.com/checkout/pay_5f0d',
}
export const ORDER_EXAMPLE: OrderView = {
  ...LAMPS,
  payments: [{ payment_id: ORDER_ID, attempt: 1, state: 'SUCCEEDED', amount_minor: 9_980 }],
  refunds: [],
  returns: [],
}
export const ORDERS_EXAMPLE: OrderPageView = { orders: [LAMPS], next: null }
export const CANCEL_EXAMPLE: CancelAnswer = {
  order_id: ORDER_ID,
  state: 'ALLOCATED',
  refund_minor: 4_990,
  refund_id: '0190f3c5-1d77-7b90-a3c4-90e1d2c3b4a5',
}
export const RETURN_EXAMPLE: ReturnAnswer = {
  return_id: '0190f3d1-44a2-7f3e-9b8c-7a6f5e4d3c2b',
  order_id: ORDER_ID,
  state: 'REQUESTED',
  lines: [{ sku: 'LAMP-7', qty: 1 }],
  reason: 'One lamp flickers',
}
