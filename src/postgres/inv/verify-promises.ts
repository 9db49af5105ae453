/** I5 to I8: holds and the orders made of them, recorded answers, limits, time. */
import type { Check } from './verify-check.ts'

export const PROMISE_CHECKS: readonly Check[] = [
  {
    invariant: 'I5',
    what: 'a line without its hold, or a line of a refused one',
    sql: `select l.hold_id, l.sku, l.loc, l.qty, h.state::text as state
            from inv.hold_line l left join inv.hold h on h.id = l.hold_id
           where h.id is null or h.state = 'VOID'`,
  },
  {
    invariant: 'I5',
    what: 'units of a hold that the ledger does not have at their version',
    sql: `select l.sku, l.loc, l.ver_at_hold::float8 as ver, sum(l.qty)::integer as held, max(g.d_held) as held_by_ledger
            from inv.hold_line l
            left join inv.stock_ledger g on g.sku = l.sku and g.loc = l.loc and g.ver = l.ver_at_hold and g.kind = 'hold'
           group by l.sku, l.loc, l.ver_at_hold
          having coalesce(max(g.d_held), 0) < sum(l.qty)`,
  },
  {
    invariant: 'I5',
    what: 'a live hold without units',
    sql: `select h.id, h.state::text as state from inv.hold h
           where h.state in ('PREPARED', 'ACTIVE', 'PAYING', 'CLOSING')
             and not exists (select from inv.hold_line l where l.hold_id = h.id)`,
  },
  {
    invariant: 'I5',
    what: 'hold and order do not agree',
    sql: `select h.id as hold_id, h.state::text as hold_state, o.id as order_id, o.state as order_state
            from inv.hold h full join inv.orders o on o.hold_id = h.id
           where (h.state = 'CONFIRMED' and (o.id is null or o.state in ('PENDING_PAYMENT', 'PAID_UNFULFILLED', 'REFUNDED')))
              or (h.state in ('RELEASED', 'EXPIRED') and o.state not in ('CANCELLED', 'PAID_UNFULFILLED', 'REFUNDED'))
              or (h.state in ('PREPARED', 'ACTIVE', 'PAYING', 'CLOSING', 'VOID') and o.state <> 'PENDING_PAYMENT')
              or (h.state in ('PAYING', 'CLOSING') and o.id is null)
              or (h.id is null and o.state = 'PENDING_PAYMENT')`,
  },
  {
    invariant: 'I5',
    what: 'a line of a paid order that no row of the ledger confirms',
    sql: `select l.order_id, l.sku, l.loc, l.qty, o.state
            from inv.order_line l
            join inv.orders o on o.id = l.order_id
            left join inv.stock_ledger g
              on g.sku = l.sku and g.loc = l.loc and g.ver = l.ver_at_confirm and g.kind = 'confirm'
           where (l.ver_at_confirm is not null and g.id is null)
              or (l.ver_at_confirm is null
                  and o.state in ('PAID', 'ALLOCATED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'DELIVERED', 'RETURNED'))`,
  },
  {
    invariant: 'I5',
    what: 'money of an order is not that of its payments and refunds',
    sql: `select o.id, o.paid_minor::float8 as paid_minor, coalesce(p.paid, 0)::float8 as paid_by_payments,
                 o.refunded_minor::float8 as refunded_minor, coalesce(r.refunded, 0)::float8 as refunded_by_refunds
            from inv.orders o
            left join (select p.order_id, sum(p.paid_minor) as paid from inv.payment p group by p.order_id) p
              on p.order_id = o.id
            left join (select r.order_id, sum(r.amount_minor) as refunded from inv.refund r group by r.order_id) r
              on r.order_id = o.id
           where o.paid_minor <> coalesce(p.paid, 0) or o.refunded_minor <> coalesce(r.refunded, 0)`,
  },
  {
    invariant: 'I6',
    what: 'an effect whose answer was not recorded with it',
    sql: 'select i.scope, i.key, i.created_at from inv.idempotency i where i.status is null or i.body is null',
  },
  {
    invariant: 'I7',
    what: 'units that count for a limit are not those of holds and orders, or are above it',
    // returns free the limit only of SKUs that say so, and may have said otherwise before: hence two bounds
    sql: `with counted as (
            select l.sku, h.customer, l.limit_bucket as bucket, sum(l.qty) as most, sum(l.qty) as least
              from inv.hold h join inv.hold_line l on l.hold_id = h.id
             where l.limit_bucket is not null and h.state in ('PREPARED', 'ACTIVE', 'PAYING', 'CLOSING')
             group by 1, 2, 3
             union all
            select l.sku, o.customer, l.limit_bucket, sum(l.qty - l.cancelled), sum(l.qty - l.cancelled - l.returned)
              from inv.orders o join inv.order_line l on l.order_id = o.id
             where l.limit_bucket is not null and l.ver_at_confirm is not null
             group by 1, 2, 3
          ), units as (
            select sku, customer, bucket, sum(most) as most, sum(least) as least from counted group by 1, 2, 3
          )
          select sku, customer, bucket, u.qty, u.limit_qty, coalesce(c.most, 0)::integer as qty_by_lines
            from inv.customer_usage u full join units c using (sku, customer, bucket)
           where coalesce(u.qty, 0) > coalesce(c.most, 0) or coalesce(u.qty, 0) < coalesce(c.least, 0)
              or u.qty > u.limit_qty`,
  },
  {
    invariant: 'I8',
    what: 'a live hold that nobody has acted on for 5 s after it was due',
    sql: `select h.id, h.state::text as state, h.due_at, h.close_tries from inv.hold h
           where h.state in ('PREPARED', 'ACTIVE', 'PAYING', 'CLOSING')
             and h.due_at < clock_timestamp() - interval '5 seconds'`,
  },
]
