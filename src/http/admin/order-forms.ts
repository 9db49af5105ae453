/** Forms of the calls and answers about holds, orders and returns of all customers. */
import { z } from '@hono/zod-openapi'
import { HOLD_NOW_EXAMPLE, HoldNow, Sku } from '../hold-schemas.ts'
import { ORDER_EXAMPLE, ORDERS_EXAMPLE, Order, OrderState, summary } from '../order-schemas.ts'
import { blankAsAbsent } from '../parameters.ts'
import { beforeId, Loc, limit, Money, nextOf, oneOf, Reason, text, Units } from './forms.ts'

const LINES_MAX = 500
const customer = z.string().openapi({ description: 'Subject of the token' })

const HOLD_STATES = HoldNow.shape.state.options
export const HoldOfCustomer = z.strictObject({ ...HoldNow.shape, customer }).openapi('HoldOfCustomer')
export const HoldsForm = z
  .strictObject({ holds: z.array(HoldOfCustomer).readonly(), next: nextOf(z.uuid()) })
  .openapi('Holds')
export const HoldsParameters = z.strictObject({
  state: oneOf(HOLD_STATES, 'Only holds in this state, as the table has it'),
  before: beforeId,
  limit,
})
export const ReleaseParameters = z.strictObject({
  reason: Reason.openapi({ param: { description: 'Why; a DELETE has no body' } }),
})

export const OrderOfCustomer = z.strictObject({ ...Order.shape, customer }).openapi('OrderOfCustomer')
const SummaryOfCustomer = z.strictObject({ ...summary, customer }).openapi('OrderSummaryOfCustomer')
export const OrdersForm = z
  .strictObject({ orders: z.array(SummaryOfCustomer).readonly(), next: nextOf(z.uuid()) })
  .openapi('Orders')
export const OrdersParameters = z.strictObject({
  state: oneOf(OrderState.options, 'Only orders in this state'),
  before: beforeId,
  limit,
})
export const UnfulfilledParameters = z.strictObject({ before: beforeId, limit })

const shelfLines = z
  .array(z.strictObject({ sku: Sku.openapi({ example: 'LAMP-7' }), loc: Loc, qty: Units }))
  .min(1)
  .max(LINES_MAX)
  .refine((lines) => new Set(lines.map(({ sku, loc }) => `${loc} ${sku}`)).size === lines.length, {
    error: 'has a sku and location twice',
  })

export const ParcelForm = z
  .strictObject({
    lines: shelfLines
      .nullable()
      .default(null)
      .openapi({ description: 'Units to send; absent: all that are open' }),
    carrier: text(100).nullable().default(null),
    tracking: text(200).nullable().default(null),
    reason: Reason,
  })
  .openapi('Parcel')

export const ShippedForm = z
  .strictObject({
    ...{ shipment_id: z.uuid(), order_id: z.uuid(), state: OrderState },
    lines: z.array(z.strictObject({ sku: z.string(), loc: z.int(), qty: z.int() })).readonly(),
  })
  .openapi('Shipped')
export const DeliveredForm = z.strictObject({ order_id: z.uuid(), state: OrderState }).openapi('Delivered')

const RETURN_STATES = ['REQUESTED', 'APPROVED', 'REJECTED', 'RECEIVED', 'REFUNDED'] as const
export const ReturnForm = z
  .strictObject({
    ...{ return_id: z.uuid(), order_id: z.uuid(), state: z.enum(RETURN_STATES) },
    lines: z
      .array(
        z.strictObject({
          ...{ sku: z.string(), qty: z.int(), loc: z.int().optional() },
          restock: z.boolean().optional().openapi({ description: 'false: scrapped' }),
        }),
      )
      .readonly(),
    reason: z.string().nullable().openapi({ description: 'Of the customer' }),
    created_at: z.iso.datetime(),
  })
  .openapi('Return')
export const ReturnsForm = z
  .strictObject({ returns: z.array(ReturnForm).readonly(), next: nextOf(z.uuid()) })
  .openapi('Returns')
export const ReturnsParameters = z.strictObject({
  state: oneOf(RETURN_STATES, 'Only returns in this state'),
  before: beforeId,
  limit,
})

export const ReceiptForm = z
  .strictObject({
    lines: z
      .array(
        z.strictObject({
          ...{ sku: Sku.openapi({ example: 'LAMP-7' }), qty: Units, loc: Loc },
          restock: z.boolean().openapi({ description: 'true: to stock at loc; false: scrapped' }),
        }),
      )
      .min(1)
      .max(LINES_MAX)
      .openapi({ description: 'What came; its price goes back to the customer' }),
    reason: Reason,
  })
  .openapi('Receipt')
export const ReceivedForm = z
  .strictObject({
    ...{ return_id: z.uuid(), state: z.literal('RECEIVED'), refund_minor: Money },
    refund_id: z.uuid().nullable().openapi({ description: 'null: the units cost nothing' }),
  })
  .openapi('Received')

/** Of a `before` that is a number. */
export const beforeNumber = blankAsAbsent(
  z
    .string()
    .regex(/^\d{1,18}$/, 'is not `next` of a page')
    .nullable()
    .default(null),
).openapi({ type: 'string', param: { description: '`next` of the page before' } })

const ANN = { customer: 'guest:3f0c6a52-9a0e-4b0e-8a5e-0d6a3b1f7c21' }
const RETURN_ID = '0190f3d1-44a2-7f3e-9b8c-7a6f5e4d3c2b'
const { order_id } = ORDER_EXAMPLE
const RETURN = {
  ...{ return_id: RETURN_ID, order_id, state: 'APPROVED' as const, lines: [{ sku: 'LAMP-7', qty: 1 }] },
  ...{ reason: 'One lamp flickers', created_at: '2026-11-23T14:12:10.114Z' },
}
export const EXAMPLES = {
  hold: { ...HOLD_NOW_EXAMPLE, ...ANN },
  holds: { holds: [{ ...HOLD_NOW_EXAMPLE, ...ANN }], next: null },
  order: { ...ORDER_EXAMPLE, ...ANN },
  orders: { orders: ORDERS_EXAMPLE.orders.map((order) => ({ ...order, ...ANN })), next: null },
  shipped: {
    ...{ shipment_id: '0190f3c9-2b61-7a15-9d02-3c4b5a6d7e8f', order_id, state: 'SHIPPED' as const },
    lines: [{ sku: 'LAMP-7', loc: 1, qty: 2 }],
  },
  delivered: { order_id, state: 'DELIVERED' as const },
  return: RETURN,
  returns: { returns: [RETURN], next: null },
  received: {
    ...{ return_id: RETURN_ID, state: 'RECEIVED' as const, refund_minor: 4_990 },
    refund_id: '0190f3d5-1d77-7b90-a3c4-90e1d2c3b4a5',
  },
}
