-- Changes of stock outside of a reservation. All of them go through inv.change_stock, so the version rule of 0006
-- is written once for them and once in inv.reserve_carts. Functions with a plan of their own are kept from reading
-- whole tables: a plan made while a table was empty would stay in a session for hours. Before Postgres 18 that counts
-- as a cost of 10^10, for which the plan would be compiled at every call: 32 ms instead of 4 for 100 carts, hence jit.

set local lock_timeout = '5s';

create function inv.lock_skus(p_sku text[]) returns void
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
begin
  perform from inv.sku s where s.sku = any (p_sku) order by s.sku for update;
end $$;
comment on function inv.lock_skus is 'Locks the rows of inv.sku in the one order; SKUs without a row are left out';

create function inv.change_stock(
  p_kind text, p_sku text[], p_loc smallint[],
  p_on_hand integer[], p_held integer[], p_committed integer[], p_safety integer[],
  p_ref text, p_actor text)
returns table (changed_sku text, changed_ver bigint)
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  skus text[];
  vers bigint[];
  queues integer[];
  found_rows integer;
begin
  perform inv.lock_skus(p_sku);
  with stepped as (
    update inv.sku s set ver = s.ver + 1 where s.sku = any (p_sku) returning s.sku, s.ver, s.queue_live
  ) select array_agg(sku), array_agg(ver), array_agg(queue_live) into skus, vers, queues from stepped;
  insert into inv.stock_ledger (sku, loc, ver, kind, d_on_hand, d_held, d_committed, d_safety, ref, actor)
  select m.sku, m.loc, k.ver, p_kind, coalesce(m.d_on_hand, 0), coalesce(m.d_held, 0),
         coalesce(m.d_committed, 0), coalesce(m.d_safety, 0), p_ref, p_actor
    from unnest(p_sku, p_loc, p_on_hand, p_held, p_committed, p_safety)
           as m (sku, loc, d_on_hand, d_held, d_committed, d_safety)
    join unnest(skus, vers) as k (sku, ver) on k.sku = m.sku;
  update inv.stock s
     set on_hand = s.on_hand + coalesce(m.d_on_hand, 0),
         held = s.held + coalesce(m.d_held, 0),
         committed = s.committed + coalesce(m.d_committed, 0),
         safety = s.safety + coalesce(m.d_safety, 0)
    from unnest(p_sku, p_loc, p_on_hand, p_held, p_committed, p_safety)
           as m (sku, loc, d_on_hand, d_held, d_committed, d_safety)
   where s.sku = m.sku and s.loc = m.loc;
  get diagnostics found_rows = row_count;
  if found_rows <> cardinality(p_sku) then
    raise exception 'stock to change: % rows expected, % found', cardinality(p_sku), found_rows
      using errcode = 'P0002', hint = 'a SKU gets its row at a location by inv.receive';
  end if;
  insert into outbox (topic, key, ver, type, payload)
  select 'stock', k.sku, k.ver, 'stock.changed', jsonb_build_object(
           'sku', k.sku, 'ver', k.ver, 'd', a.d, 'available', a.available, 'queue', k.queue_live, 'via', 'delta')
    from unnest(skus, vers, queues) as k (sku, ver, queue_live)
   cross join lateral (
     select coalesce(sum(s.on_hand - s.held - s.committed - s.safety), 0) as available,
            coalesce(sum(l.d_on_hand - l.d_held - l.d_committed - l.d_safety), 0) as d
       from inv.stock s
       join inv.location p on p.loc = s.loc and p.sellable
       left join inv.stock_ledger l on l.sku = s.sku and l.loc = s.loc and l.ver = k.ver
      where s.sku = k.sku) a;
  return query select * from unnest(skus, vers);
end $$;
comment on function inv.change_stock is
  'One step of the version of each SKU: ledger, counters and event. One entry per SKU and location; null arrays are '
  'zero';

-- Speaks before stock_not_oversold can: it also catches a change that keeps the counters sound and leaves no trace.
-- A statement trigger, since a deferred one can only be per row: measured at 100 carts over 10 hot SKUs. The row of
-- the ledger has to be of this transaction, else repeating the last change by hand would pass.
create function inv.stock_needs_ledger() returns trigger
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  bare record;
begin
  select c.sku, c.loc into bare
    from (select r.sku, r.loc, sum(r.on_hand) as on_hand, sum(r.held) as held, sum(r.committed) as committed,
                 sum(r.safety) as safety
            from (select n.sku, n.loc, n.on_hand, n.held, n.committed, n.safety from new_rows n
                  union all
                  select o.sku, o.loc, -o.on_hand, -o.held, -o.committed, -o.safety from old_rows o) r
           group by r.sku, r.loc) c
    left join lateral (
      select l.d_on_hand, l.d_held, l.d_committed, l.d_safety
        from inv.stock_ledger l
       where l.sku = c.sku and l.loc = c.loc and l.tx = pg_current_xact_id()
         -- not a join: the whole history of the SKU would be read
         and l.ver = (select s.ver from inv.sku s where s.sku = c.sku)
       limit 1) d on true
   where (c.on_hand, c.held, c.committed, c.safety)
         <> (coalesce(d.d_on_hand, 0), coalesce(d.d_held, 0), coalesce(d.d_committed, 0), coalesce(d.d_safety, 0))
   limit 1;
  if found then
    raise exception 'stock of % at % changed without its row of inv.stock_ledger', bare.sku, bare.loc
      using errcode = '23514', constraint = 'stock_needs_ledger', schema = 'inv', table = 'stock',
            hint = 'use inv.receive, inv.adjust, inv.set_safety or inv.transfer';
  end if;
  return null;
end $$;
create trigger stock_needs_ledger after update on inv.stock
  referencing old table as old_rows new table as new_rows
  for each statement execute function inv.stock_needs_ledger();

create function inv.refuse_units() returns trigger language plpgsql as $$
begin
  raise exception 'a row of inv.stock comes and goes without units'
    using errcode = '23514', constraint = 'stock_needs_ledger', schema = 'inv', table = 'stock',
          hint = 'use inv.receive or inv.adjust';
end $$;
create trigger stock_starts_empty before insert on inv.stock
  for each row when ((new.on_hand, new.held, new.committed, new.safety) <> (0, 0, 0, 0))
  execute function inv.refuse_units();
create trigger stock_ends_empty before delete on inv.stock
  for each row when ((old.on_hand, old.held, old.committed, old.safety) <> (0, 0, 0, 0))
  execute function inv.refuse_units();
