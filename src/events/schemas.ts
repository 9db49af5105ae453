/**
 * Payloads of domain events by type. An event tells that something changed; what follows from it is decided on the
 * state read from Postgres, so a payload holds ids and numbers, never what a person wrote.
 */
import { z } from 'zod'

/** One version step of a SKU. */
const StockChanged = z.object({
  sku: z.string().min(1),
  ver: z.int().nonnegative(),
  /** Units that became available; negative: that are not any more. */
  d: z.int(),
  /** After the step, over sellable locations; negative when safety stock was raised above it. */
  available: z.int(),
  /** People waiting or offered. */
  queue: z.int().nonnegative(),
  /** settle: taken by the holds named, whose admissions become final; delta: anything else. */
  via: z.enum(['settle', 'delta']),
  hold: z.array(z.guid()).optional(),
})
export type StockChanged = z.infer<typeof StockChanged>

/** Several holds or orders at once: one event a transaction, however many it touched. */
const Ids = z.object({ ids: z.array(z.guid()).min(1) })

export const EVENT_SCHEMAS = {
  'stock.changed': StockChanged,
  'hold.created': Ids,
  'hold.extended': Ids,
  'hold.paying': Ids,
  'hold.confirmed': Ids,
  'hold.released': Ids,
  'hold.expired': Ids,
  'order.created': Ids,
  'order.paid': Ids,
  'order.allocated': Ids,
  'order.shipped': Ids,
  'order.delivered': Ids,
  'order.cancelled': Ids,
  'order.unfulfilled': Ids,
  'order.refunded': Ids,
  'order.returned': Ids,
} as const satisfies Record<string, z.ZodType>

export type EventType = keyof typeof EVENT_SCHEMAS
export type Payload<T extends EventType> = z.infer<(typeof EVENT_SCHEMAS)[T]>

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_SCHEMAS, type)
}
