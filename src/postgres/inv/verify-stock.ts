/** I1 to I4: the counters against the promises, the ledger and what came and went. */
import type { Check } from './verify-check.ts'

export const STOCK_CHECKS: readonly Check[] = [
  {
    invariant: 'I1',
    what: 'a counter is negative, or more is promised than is there',
    sql: `select s.sku, s.loc, s.on_hand, s.held, s.committed, s.safety
            from inv.stock s
           where s.on_hand < 0 or s.held < 0 or s.committed < 0 or s.safety < 0 or s.held + s.committed > s.on_hand`,
  },
  {
    invariant: 'I1',
    what: 'a guard of inv.stock or its ledger is gone, not valid or switched off',
    sql: `select g.name
            from (values ('stock_not_oversold')) as g (name)
           where not exists (select from pg_constraint c
                              where c.conrelid = 'inv.stock'::regclass and c.conname = g.name and c.convalidated)
           union all
          select g.name
            from (values ('inv.stock', 'stock_needs_ledger'), ('inv.stock', 'stock_starts_empty'),
                         ('inv.stock', 'stock_ends_empty'),
                         ('inv.stock_ledger', 'stock_ledger_append_only')) as g (place, name)
           where not exists (select from pg_trigger t
                              where t.tgrelid = g.place::regclass and t.tgname = g.name and t.tgenabled in ('O', 'A'))`,
  },
  {
    invariant: 'I2',
    what: 'held is not the sum of the lines of live holds, or committed not that of allocated orders',
    sql: `with held as (
            select l.sku, l.loc, sum(l.qty) as qty
              from inv.hold h join inv.hold_line l on l.hold_id = h.id
             where h.state in ('PREPARED', 'ACTIVE', 'PAYING', 'CLOSING')
             group by l.sku, l.loc
          ), committed as (
            select l.sku, l.loc, sum(l.qty - l.cancelled - l.shipped) as qty
              from inv.order_line l where l.ver_at_confirm is not null
             group by l.sku, l.loc
          )
          select sku, loc, coalesce(s.held, 0) as held, coalesce(h.qty, 0)::integer as held_by_lines,
                 coalesce(s.committed, 0) as committed, coalesce(c.qty, 0)::integer as committed_by_lines
            from inv.stock s full join held h using (sku, loc) full join committed c using (sku, loc)
           where coalesce(s.held, 0) <> coalesce(h.qty, 0) or coalesce(s.committed, 0) <> coalesce(c.qty, 0)`,
  },
  {
    invariant: 'I3',
    what: 'a counter is not the sum of its ledger column',
    sql: `with told as (
            select l.sku, l.loc, sum(l.d_on_hand) as on_hand, sum(l.d_held) as held, sum(l.d_committed) as committed,
                   sum(l.d_safety) as safety
              from inv.stock_ledger l group by l.sku, l.loc
          )
          select sku, loc, s.on_hand, t.on_hand::integer as on_hand_by_ledger, s.held, t.held::integer as held_by_ledger,
                 s.committed, t.committed::integer as committed_by_ledger, s.safety, t.safety::integer as safety_by_ledger
            from inv.stock s full join told t using (sku, loc)
           where (coalesce(s.on_hand, 0), coalesce(s.held, 0), coalesce(s.committed, 0), coalesce(s.safety, 0))
              <> (coalesce(t.on_hand, 0), coalesce(t.held, 0), coalesce(t.committed, 0), coalesce(t.safety, 0))`,
  },
  {
    invariant: 'I3',
    what: 'the versions of a SKU have a gap, or do not end at its own',
    sql: `select sku, s.ver::float8 as ver, l.versions::float8 as versions, l.highest::float8 as highest
            from inv.sku s
            full join (select l.sku, count(distinct l.ver) as versions, min(l.ver) as lowest, max(l.ver) as highest
                         from inv.stock_ledger l group by l.sku) l using (sku)
           where coalesce(s.ver, -1) <> coalesce(l.highest, 0) or coalesce(l.versions, 0) <> coalesce(l.highest, 0)
              or l.lowest <> 1`,
  },
  {
    invariant: 'I4',
    what: 'what came in is not what is there and what was sent',
    sql: `with moved as (
            select l.sku, sum(l.d_on_hand) filter (where l.kind in ('receive', 'adjust')) as came,
                   sum(l.d_on_hand) filter (where l.kind = 'return') as restocked,
                   sum(l.d_on_hand) filter (where l.kind = 'transfer') as transferred
              from inv.stock_ledger l group by l.sku
          ), stock as (select s.sku, sum(s.on_hand) as on_hand from inv.stock s group by s.sku
          ), sent as (select l.sku, sum(l.shipped) as units from inv.order_line l group by l.sku
          ), back as (
            select e.line ->> 'sku' as sku, sum((e.line ->> 'qty')::integer) as units
              from inv.return_request r cross join lateral jsonb_array_elements(r.lines) as e (line)
             where r.state in ('RECEIVED', 'REFUNDED') and (e.line ->> 'restock')::boolean
             group by 1
          )
          select sku, coalesce(stock.on_hand, 0)::integer as on_hand, coalesce(sent.units, 0)::integer as shipped,
                 coalesce(m.came, 0)::integer as received_and_adjusted, coalesce(back.units, 0)::integer as restocked,
                 coalesce(m.transferred, 0)::integer as lost_in_transfers
            from moved m full join stock using (sku) full join sent using (sku) full join back using (sku)
           where coalesce(stock.on_hand, 0) + coalesce(sent.units, 0) <> coalesce(m.came, 0) + coalesce(back.units, 0)
              or coalesce(m.restocked, 0) <> coalesce(back.units, 0) or coalesce(m.transferred, 0) <> 0`,
  },
]
