/**
 * I11: each change is told in exactly one event. Old days of the outbox are dropped as a whole, so only what happened
 * since its oldest day is asked for; the 10 s are for transactions that were under way at midnight.
 */
import type { Check } from './verify-check.ts'

const KEPT = `kept as (
    select (date_trunc('day', min(o.at) at time zone 'utc') at time zone 'utc') + interval '10 seconds' as since
      from outbox o)`

/** Ids of the events of a topic, with how often each type has told of them. */
const TOLD = `told as (
    select e.id::uuid as id, o.type, count(*) as times
      from outbox o cross join lateral jsonb_array_elements_text(o.payload -> 'ids') as e (id)
     where o.topic in ('hold', 'order')
     group by e.id, o.type)`

export const EVENT_CHECKS: readonly Check[] = [
  {
    invariant: 'I11',
    what: 'a version of a SKU without exactly one stock.changed, or an event of no version',
    sql: `with ${KEPT}, steps as (
            select l.sku, l.ver from inv.stock_ledger l join kept on l.at >= kept.since group by l.sku, l.ver
          ), events as (
            select o.key as sku, o.ver, count(*) as times
              from outbox o join kept on o.at >= kept.since
             where o.topic = 'stock' and o.type = 'stock.changed' group by o.key, o.ver
          )
          select sku, ver::float8 as ver, coalesce(e.times, 0)::integer as events, s.ver is not null as is_in_ledger
            from steps s full join events e using (sku, ver)
           where e.times is distinct from 1
              or not exists (select from inv.stock_ledger l where l.sku = e.sku and l.ver = e.ver)`,
  },
  {
    invariant: 'I11',
    what: 'a hold whose making or end was not told exactly once',
    sql: `with ${KEPT}, ${TOLD}, due as (
            select h.id, h.state, 'hold.created' as type, h.state <> 'VOID' as is_due
              from inv.hold h join kept on h.created_at >= kept.since
             union all
            select h.id, h.state, t.type, h.state::text = upper(substr(t.type, 6))
              from inv.hold h join kept on h.created_at >= kept.since,
                   (values ('hold.confirmed'), ('hold.released'), ('hold.expired')) as t (type)
          )
          select d.id, d.state::text as state, d.type, coalesce(t.times, 0)::integer as events
            from due d left join told t on t.id = d.id and t.type = d.type
           where coalesce(t.times, 0) <> case when d.is_due then 1 else 0 end`,
  },
  {
    invariant: 'I11',
    what: 'an order whose making or allocation was not told exactly once',
    sql: `with ${KEPT}, ${TOLD}, due as (
            select o.id, o.state, t.type,
                   t.type = 'order.created' or exists (
                     select from inv.order_line l where l.order_id = o.id and l.ver_at_confirm is not null) as is_due
              from inv.orders o join kept on o.created_at >= kept.since,
                   (values ('order.created'), ('order.allocated')) as t (type)
          )
          select d.id, d.state, d.type, coalesce(t.times, 0)::integer as events
            from due d left join told t on t.id = d.id and t.type = d.type
           where coalesce(t.times, 0) <> case when d.is_due then 1 else 0 end`,
  },
]
