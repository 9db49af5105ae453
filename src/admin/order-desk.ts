/** Orders of all customers, for people of the shop: looked at, sent, delivered. */
import type { OrderSummary, OrderView, OwnOrders } from '../orders/own-orders.ts'
import { summaryOf } from '../orders/own-orders.ts'
import { orUnavailable } from '../orders/unavailable.ts'
import { shipOrderLines, type UnitsOfSku } from '../postgres/inv/order-lines.ts'
import {
  listOrders,
  markDelivered,
  type OrderLineRow,
  type OrderStateText,
  readOrder,
} from '../postgres/inv/orders.ts'
import { type Acting, act, type Change, notPossible, unknown } from './acting.ts'
import { type DeskParts, type PageAsked, pageOf } from './desk-parts.ts'

export type OrderOfCustomer<T> = T & { readonly customer: string }

/** `lines` null: all that is open. A line once per sku and location. */
export type Parcel = {
  readonly lines: readonly (UnitsOfSku & { readonly loc: number })[] | null
  readonly carrier: string | null
  readonly tracking: string | null
}

export type Shipped = {
  readonly shipment_id: string
  readonly order_id: string
  readonly state: OrderStateText
  readonly lines: readonly (UnitsOfSku & { readonly loc: number })[]
}

export type OrderDesk = {
  /** Youngest first. @param state null: any */
  list(
    state: OrderStateText | null,
    page: PageAsked,
  ): Promise<{ readonly orders: readonly OrderOfCustomer<OrderSummary>[]; readonly next: string | null }>
  /** @returns null: there is none */
  read(id: string): Promise<OrderOfCustomer<OrderView> | null>
  /** Units leave the building: all lines or none. */
  ship(acting: Acting, id: string, parcel: Parcel): Promise<Change<Shipped>>
  /** Saying it again changes nothing. */
  deliver(acting: Acting, id: string): Promise<Change<{ order_id: string; state: OrderStateText }>>
}

export function createOrderDesk(parts: DeskParts & { readonly own: OwnOrders }): OrderDesk {
  const { pool, own, newId } = parts
  return {
    list: (state, { before, limit }) =>
      orUnavailable(async () => {
        const from = before === null ? null : { id: before }
        const rows = await listOrders(pool, { customer: null, state, before: from, limit: limit + 1 })
        const { shown, next } = pageOf(rows, limit, ({ id }) => id)
        return { orders: shown.map((row) => ({ ...summaryOf(row), customer: row.customer })), next }
      }),
    read: (id) =>
      orUnavailable(async () => {
        const row = await readOrder(pool, id)
        const order = row && (await own.read(id, row.customer))
        return order && { ...order, customer: row.customer }
      }),
    ship: (acting, id, parcel) =>
      act<Shipped>(pool, acting, { what: 'order.ship', target: id, request: parcel }, async (tx) => {
        const order = await readOrder(tx, id)
        if (order === null) return unknown('order')
        const lines = parcel.lines ?? openLines(order.lines)
        if (lines.length === 0) return notPossible('NOT_OPEN')
        const { carrier, tracking } = parcel
        const shipment_id = newId()
        const shipment = { id: shipment_id, order_id: id, lines, carrier, tracking, actor: acting.actor }
        const done = await shipOrderLines(tx, shipment)
        switch (done.outcome) {
          case 'SHIPPED':
            return { answer: { shipment_id, order_id: id, state: done.state, lines } }
          case 'UNKNOWN_ORDER':
            return unknown('order')
          case 'NOT_OPEN':
          case 'WRONG_STATE':
            return notPossible(done.outcome)
          default:
            throw new Error(`outcome not handled: ${done satisfies never}`)
        }
      }),
    deliver: (acting, id) =>
      act(pool, acting, { what: 'order.deliver', target: id, request: null }, async (tx) => {
        const isChanged = await markDelivered(tx, id)
        const order = await readOrder(tx, id)
        if (order === null) return unknown('order')
        const isDelivered = isChanged || order.state === 'DELIVERED'
        return isDelivered ? { answer: { order_id: id, state: order.state } } : notPossible('WRONG_STATE')
      }),
  }
}

/** Units that are still to be sent. */
export function openLines(lines: readonly OrderLineRow[]): (UnitsOfSku & { readonly loc: number })[] {
  return lines
    .map(({ sku, loc, qty, cancelled, shipped }) => ({ sku, loc, qty: qty - cancelled - shipped }))
    .filter(({ qty }) => qty > 0)
}
