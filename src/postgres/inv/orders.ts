/** Orders as people and the worker see them, and the changes that move no units. States: `src/orders/order-state.ts`. */
import type { Pool, PoolClient } from '../pool.ts'
import { moneyOf } from './money.ts'

export type OrderStateText =
  | 'PENDING_PAYMENT'
  | 'PAID'
  | 'ALLOCATED'
  | 'PARTIALLY_SHIPPED'
  | 'SHIPPED'
  | 'DELIVERED'
  | 'CANCELLED'
  | 'PAID_UNFULFILLED'
  | 'REFUNDED'
  | 'RETURNED'

export type OrderLineRow = {
  readonly sku: string
  readonly loc: number
  readonly qty: number
  readonly unit_price_minor: number
  readonly cancelled: number
  readonly shipped: number
  readonly returned: number
}

/** One order with its lines, sorted by sku (code points), then location. `refunded_minor`: promised back, sent or not. */
export type OrderRow = {
  readonly id: string
  readonly hold_id: string
  readonly customer: string
  readonly state: OrderStateText
  readonly currency: string
  readonly total_minor: number
  readonly paid_minor: number
  readonly refunded_minor: number
  readonly created_at: Date
  readonly lines: readonly OrderLineRow[]
}

const COLUMNS = `o.id, o.hold_id, o.customer, o.state, o.currency, ${moneyOf('o.total_minor')} as total_minor,
  ${moneyOf('o.paid_minor')} as paid_minor, ${moneyOf('o.refunded_minor')} as refunded_minor, o.created_at,
  (select coalesce(json_agg(json_build_object('sku', l.sku, 'loc', l.loc, 'qty', l.qty,
            'unit_price_minor', l.unit_price_minor, 'cancelled', l.cancelled, 'shipped', l.shipped,
            'returned', l.returned) order by l.sku collate "C", l.loc), '[]')
     from inv.order_line l where l.order_id = o.id) as lines`

/** @returns null: unknown */
export async function readOrder(db: Pool | PoolClient, id: string): Promise<OrderRow | null> {
  const { rows } = await db.query<OrderRow>(`select ${COLUMNS} from inv.orders o where o.id = $1::uuid`, [id])
  return rows[0] ?? null
}

/** `customer` and `state` null: any. `before` null: the first page, else the last order seen. */
export type OrderPage = {
  readonly customer: string | null
  readonly state: OrderStateText | null
  readonly before: Pick<OrderRow, 'id'> | null
  readonly limit: number
}

/**
 * Page of orders, youngest first. Where the last page ended its id alone says: its time as Postgres has it is finer than
 * a Date, by which orders of one millisecond would be passed over.
 */
export async function listOrders(db: Pool, page: OrderPage): Promise<OrderRow[]> {
  const { rows } = await db.query<OrderRow>(
    `select ${COLUMNS}
       from inv.orders o
      where ($1::text is null or o.customer = $1::text)
        and ($2::text is null or o.state = $2::text)
        and ($3::uuid is null
             or (o.created_at, o.id) < (select b.created_at, b.id from inv.orders b where b.id = $3::uuid))
      order by o.created_at desc, o.id desc
      limit $4::integer`,
    [page.customer, page.state, page.before?.id ?? null, page.limit],
  )
  return rows
}

/** All units of a SHIPPED order have arrived. @returns whether this call changed it */
export async function markDelivered(tx: PoolClient, id: string): Promise<boolean> {
  const { rows } = await tx.query(
    `with changed as (
       update inv.orders o set state = 'DELIVERED' where o.id = $1::uuid and o.state = 'SHIPPED' returning o.id
     ), told as (select inv.tell('order', 'order.delivered', array_agg(c.id)) from changed c)
     select c.id from changed c, told`,
    [id],
  )
  return rows.length > 0
}

/** Take orders that wait for the worker (paid too late), for `lease_s`. @returns their ids */
export async function claimDueOrders(
  tx: Pool | PoolClient,
  claim: { readonly limit: number; readonly lease_s: number },
): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with due as (
       select d.id from inv.orders d
        where d.due_at <= (select clock_timestamp()) order by d.due_at limit $1::integer for update skip locked
     )
     update inv.orders o set due_at = clock_timestamp() + $2::integer * interval '1 second'
       from due where o.id = due.id
     returning o.id`,
    [claim.limit, claim.lease_s],
  )
  return rows.map((row) => row.id)
}
