/**
 * Orders that were paid after their hold had ended. They get their units anew, at the price of the order, or the
 * money goes back. A transaction of its own: the one that took the money has locked the order, and units come first
 * in the lock order.
 */
import type { PoolClient } from '../pool.ts'
import { requestRefund } from './refunds.ts'
import { reserveCarts } from './reserve.ts'

/** Ids are UUIDv7 texts made for this try; `refund_id` is used when there are no units. */
export type LateOrder = { readonly order_id: string; readonly hold_id: string; readonly refund_id: string }

/** GONE: the order does not wait for units; the caller rolls back. */
export type LateOutcome = 'ALLOCATED' | 'PAID_UNFULFILLED' | 'GONE'

/** A recovered hold is confirmed in the same transaction: its time never runs. */
const TTL_S = 600

/**
 * Find units for one late order. Limits, queue and locations count as for any cart.
 * @throws pg error 55P03 when a SKU stays locked for lock_timeout
 */
export async function reserveLateOrder(tx: PoolClient, late: LateOrder): Promise<LateOutcome> {
  const { rows } = await tx.query<{ customer: string; sku: string; qty: number; price_minor: number }>(
    `select o.customer, l.sku, sum(l.qty)::integer as qty, l.unit_price_minor::float8 as price_minor
       from inv.orders o join inv.order_line l on l.order_id = o.id
      where o.id = $1::uuid and o.state in ('CANCELLED', 'PAID_UNFULFILLED')
      group by o.customer, l.sku, l.unit_price_minor`,
    [late.order_id],
  )
  const customer = rows[0]?.customer
  if (customer === undefined) return 'GONE'
  const lines = rows.map(({ sku, qty, price_minor }) => ({
    sku,
    qty,
    price_minor,
    expected_price_minor: null,
  }))
  const [reserved] = await reserveCarts(tx, [
    {
      id: late.hold_id,
      customer,
      req_hash: new Uint8Array(),
      kind: 'cart',
      allow_partial: false,
      ttl_s: TTL_S,
      region: [],
      lines,
    },
  ])
  if (reserved?.outcome !== 'OK') return await leaveUnfulfilled(tx, late)
  const adopted = await tx.query<{ adopted: boolean }>(
    'select inv.adopt_hold($1::uuid, $2::uuid) as adopted',
    [late.order_id, late.hold_id],
  )
  return adopted.rows[0]?.adopted ? 'ALLOCATED' : 'GONE'
}

/** There are no units: all money of the order goes back. */
async function leaveUnfulfilled(tx: PoolClient, late: LateOrder): Promise<LateOutcome> {
  const { rows } = await tx.query<{ payment_id: string; amount_minor: number }>(
    `with changed as (
       update inv.orders o set state = 'PAID_UNFULFILLED', due_at = null
        where o.id = $1::uuid and o.state = 'CANCELLED' and o.paid_minor > o.refunded_minor
       returning o.id, o.paid_minor - o.refunded_minor as owed
     ), told as (select inv.tell('order', 'order.unfulfilled', array_agg(c.id)) from changed c)
     select p.id as payment_id, c.owed::float8 as amount_minor
       from changed c
       join inv.payment p on p.order_id = c.id and p.state = 'SUCCEEDED' and p.paid_minor >= c.owed, told
      order by p.attempt desc limit 1`,
    [late.order_id],
  )
  const [owed] = rows
  if (!owed) return 'GONE'
  const { payment_id, amount_minor } = owed
  const refund = {
    id: late.refund_id,
    order_id: late.order_id,
    payment_id,
    amount_minor,
    reason: 'unfulfilled',
  }
  await requestRefund(tx, { ...refund, return_id: null })
  return 'PAID_UNFULFILLED'
}
