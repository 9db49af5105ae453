/**
 * Refunds: asked for in the transaction of what caused them, sent by the worker with the row's id as the key.
 * `orders.refunded_minor` grows when one is asked for, so all of them together stay within what was paid.
 */
import type { Pool, PoolClient } from '../pool.ts'
import { moneyOf } from './money.ts'

export type RefundToRequest = {
  /** UUIDv7 text; the key at the provider. */
  readonly id: string
  readonly order_id: string
  readonly payment_id: string
  readonly amount_minor: number
  readonly reason: string
  /** The return it pays for, or null. */
  readonly return_id: string | null
}

/** One refund to send, with what the provider needs. `since_ms`: age, an alert after an hour. */
export type RefundToSend = {
  readonly id: string
  readonly order_id: string
  readonly provider: string
  readonly provider_ref: string | null
  readonly amount_minor: number
  readonly currency: string
  readonly tries: number
  readonly since_ms: number
}

/** @returns false: it would be more than was paid, and nothing was asked for */
export async function requestRefund(tx: PoolClient, refund: RefundToRequest): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with allowed as (
       update inv.orders o set refunded_minor = o.refunded_minor + $4::bigint
        where o.id = $2::uuid and o.refunded_minor + $4::bigint <= o.paid_minor
       returning o.id
     )
     insert into inv.refund (id, order_id, payment_id, amount_minor, reason, return_id, state, due_at)
     select $1::uuid, a.id, $3::uuid, $4::bigint, $5::text, $6::uuid, 'REQUESTED', clock_timestamp() from allowed a`,
    [refund.id, refund.order_id, refund.payment_id, refund.amount_minor, refund.reason, refund.return_id],
  )
  return (rowCount ?? 0) > 0
}

/**
 * Money of an order goes back by the payment that brought it. The caller has locked the order.
 * @returns false: no payment of it has so much left, and nothing was asked for
 */
export async function requestOrderRefund(
  tx: PoolClient,
  refund: Omit<RefundToRequest, 'payment_id'>,
): Promise<boolean> {
  const { rows } = await tx.query<{ id: string }>(
    `select p.id from inv.payment p
      where p.order_id = $1::uuid and p.state = 'SUCCEEDED'
        and p.paid_minor - (select coalesce(sum(r.amount_minor), 0) from inv.refund r where r.payment_id = p.id) >= $2::bigint
      order by p.attempt limit 1`,
    [refund.order_id, refund.amount_minor],
  )
  const [payment] = rows
  return payment !== undefined && (await requestRefund(tx, { ...refund, payment_id: payment.id }))
}

/** Take refunds that are due, for `lease_s`: they count as SENT from here on. */
export async function claimDueRefunds(
  tx: Pool | PoolClient,
  claim: { readonly limit: number; readonly lease_s: number },
): Promise<RefundToSend[]> {
  const { rows } = await tx.query<RefundToSend>(
    `with due as (
       select d.id from inv.refund d
        where d.due_at <= (select clock_timestamp()) order by d.due_at limit $1::integer for update skip locked
     ), sent as (
       update inv.refund r
          set state = 'SENT', tries = r.tries + 1, due_at = clock_timestamp() + $2::integer * interval '1 second'
         from due where r.id = due.id and r.state <> 'DONE'
       returning r.id, r.order_id, r.payment_id, r.amount_minor, r.tries, r.created_at
     )
     select s.id, s.order_id, p.provider, p.provider_ref, ${moneyOf('s.amount_minor')} as amount_minor, o.currency,
            s.tries, (extract(epoch from clock_timestamp() - s.created_at) * 1000)::float8 as since_ms
       from sent s join inv.payment p on p.id = s.payment_id join inv.orders o on o.id = s.order_id`,
    [claim.limit, claim.lease_s],
  )
  return rows
}

/** The provider refused, or did not answer: tried again after 1 s, 2 s, 4 s, at most 10 min. */
export async function recordRefundFailed(tx: Pool | PoolClient, id: string): Promise<void> {
  await tx.query(
    `update inv.refund r
        set state = 'FAILED',
            due_at = clock_timestamp() + least(600, power(2, least(r.tries, 10) - 1)) * interval '1 second'
      where r.id = $1::uuid and r.state in ('SENT', 'FAILED')`,
    [id],
  )
}

/**
 * The money is back. Its return, if there is one, is REFUNDED; an order that could not be fulfilled is REFUNDED with
 * the last of its refunds.
 * @returns whether this call changed it
 */
export async function finishRefund(tx: PoolClient, id: string): Promise<boolean> {
  const { rows } = await tx.query(
    `with done as (
       update inv.refund r set state = 'DONE', due_at = null
        where r.id = $1::uuid and r.state in ('SENT', 'FAILED')
       returning r.id, r.order_id, r.return_id
     ), returned as (
       update inv.return_request q set state = 'REFUNDED' from done d where q.id = d.return_id and q.state = 'RECEIVED'
     ), closed as (
       update inv.orders o set state = 'REFUNDED', due_at = null
         from done d
        where o.id = d.order_id and o.state = 'PAID_UNFULFILLED' and o.refunded_minor = o.paid_minor
          and not exists (select from inv.refund r where r.order_id = o.id and r.id <> d.id and r.state <> 'DONE')
     ), told as (select inv.tell('order', 'order.refunded', array_agg(d.order_id)) from done d)
     select d.id from done d, told`,
    [id],
  )
  return rows.length > 0
}

/** How long the oldest refund that is not back yet has been owed, s; 0: none is. */
export async function readOldestRefundAge(db: Pool): Promise<number> {
  const { rows } = await db.query<{ age_s: number }>(
    `select coalesce(extract(epoch from clock_timestamp() - min(r.created_at)), 0)::float8 as age_s
       from inv.refund r where r.due_at is not null`,
  )
  return rows[0]?.age_s ?? 0
}

/** Refunds of an order, oldest first. */
export async function readRefunds(
  db: Pool | PoolClient,
  orderId: string,
): Promise<{ id: string; amount_minor: number; reason: string; state: string; created_at: Date }[]> {
  const { rows } = await db.query<{
    id: string
    amount_minor: number
    reason: string
    state: string
    created_at: Date
  }>(
    `select r.id, ${moneyOf('r.amount_minor')} as amount_minor, r.reason, r.state, r.created_at
       from inv.refund r where r.order_id = $1::uuid order by r.created_at, r.id`,
    [orderId],
  )
  return rows
}
