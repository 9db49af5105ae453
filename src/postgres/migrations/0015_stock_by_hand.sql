-- What people do to stock by hand: deliveries, corrections, moves. Each with a reason and who did it in the ledger.

set local lock_timeout = '5s';

create function inv.receive(p_sku text[], p_loc smallint[], p_qty integer[], p_ref text, p_actor text)
returns table (changed_sku text, changed_ver bigint)
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  skus text[];
  locs smallint[];
  units integer[];
begin
  select array_agg(m.sku), array_agg(m.loc), array_agg(m.qty) into skus, locs, units
    from (select u.sku, u.loc, sum(u.qty)::integer as qty
            from unnest(p_sku, p_loc, p_qty) as u (sku, loc, qty) group by u.sku, u.loc) m;
  insert into inv.sku (sku) select distinct u.sku from unnest(skus) as u (sku) order by u.sku
    on conflict (sku) do nothing;
  perform inv.lock_skus(skus);
  insert into inv.stock (sku, loc) select u.sku, u.loc from unnest(skus, locs) as u (sku, loc)
    on conflict (sku, loc) do nothing;
  return query select * from inv.change_stock('receive', skus, locs, units, null, null, null, p_ref, p_actor);
end $$;
comment on function inv.receive is 'Units arrive. Makes the rows of a SKU that is new, or new at the location';

create function inv.transfer(p_sku text, p_from smallint, p_to smallint, p_qty integer, p_ref text, p_actor text)
returns bigint language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  free integer;
begin
  perform inv.lock_skus(array[p_sku]);
  select s.on_hand - s.held - s.committed into free from inv.stock s where s.sku = p_sku and s.loc = p_from;
  if free is null or free < p_qty or p_from = p_to or p_qty < 1 then return null; end if;
  insert into inv.stock (sku, loc) values (p_sku, p_to) on conflict (sku, loc) do nothing;
  return (select changed_ver from inv.change_stock('transfer', array[p_sku, p_sku], array[p_from, p_to],
    array[-p_qty, p_qty], null, null, null, p_ref, p_actor));
end $$;
comment on function inv.transfer is
  'Moves units that nobody was promised; null when there are not so many. Two ledger rows of one version';

create function inv.set_safety(p_sku text, p_loc smallint, p_safety integer, p_ref text, p_actor text)
returns bigint language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  before integer;
begin
  perform inv.lock_skus(array[p_sku]);
  select s.safety into before from inv.stock s where s.sku = p_sku and s.loc = p_loc;
  if before is null then return null; end if;
  return (select changed_ver from inv.change_stock('safety', array[p_sku], array[p_loc],
    null, null, null, array[p_safety - before], p_ref, p_actor));
end $$;
comment on function inv.set_safety is
  'Keeps so many units from shoppers; null when the SKU has no row there. May make available negative';

create function inv.adjust(
  p_sku text, p_loc smallint, p_d_on_hand integer, p_release_holds boolean, p_ref text, p_actor text)
returns table (outcome text, ver bigint, released uuid[])
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  missing integer;
  found_units bigint;
begin
  released := '{}';
  if p_release_holds then
    -- chosen before anything is locked; the locks below come in the one order, and the count is made again
    select inv.missing_units(p_sku, p_loc, p_d_on_hand) into missing;
    select coalesce(array_agg(c.id order by c.id), '{}') into released
      from (select h.id, sum(l.qty) over (order by h.created_at desc, h.id desc) - l.qty as before
              from inv.hold h join inv.hold_line l on l.hold_id = h.id and l.sku = p_sku and l.loc = p_loc
             where h.state = 'ACTIVE' and h.kind <> 'part') c
     where c.before < missing;
    perform from inv.hold h where h.id = any (released) order by h.id for update;
  end if;
  perform inv.lock_skus(array_append(array(select l.sku from inv.hold_line l where l.hold_id = any (released)), p_sku));
  select inv.missing_units(p_sku, p_loc, p_d_on_hand) into missing;
  outcome := case when missing is null then 'UNKNOWN_STOCK' end;
  if outcome is null and missing > 0 then
    select coalesce(sum(l.qty), 0) into found_units
      from inv.hold h join inv.hold_line l on l.hold_id = h.id and l.sku = p_sku and l.loc = p_loc
     where h.id = any (released) and h.state = 'ACTIVE';
    if found_units < missing then
      -- what is in the way is paid for or being paid for, or it moved since it was chosen
      outcome := case when cardinality(released) = 0 then 'ADJUST_BELOW_PROMISED' else 'MOVED' end;
    end if;
  end if;
  if outcome is not null then released := '{}'; return next; return; end if;
  if missing > 0 then
    released := array(select e.ended_id from inv.end_holds(released, '{ACTIVE}', 'RELEASED', false, p_actor) e);
  else
    released := '{}';
  end if;
  select c.changed_ver into ver
    from inv.change_stock('adjust', array[p_sku], array[p_loc], array[p_d_on_hand], null, null, null, p_ref, p_actor) c;
  outcome := 'ADJUSTED';
  return next;
end $$;
comment on function inv.adjust is
  'Corrects the count of a shelf, never below what is promised. p_release_holds: the youngest ACTIVE holds give way. '
  'MOVED: holds changed meanwhile, roll back and call again';

create function inv.missing_units(p_sku text, p_loc smallint, p_d_on_hand integer) returns integer
  language sql stable as $$
  select greatest(0, s.held + s.committed - s.on_hand - p_d_on_hand)
    from inv.stock s where s.sku = p_sku and s.loc = p_loc
$$;
comment on function inv.missing_units is 'Units promised beyond what the shelf would have after the change';

create function inv.set_sellable(p_loc smallint, p_sellable boolean, p_ref text, p_actor text) returns bigint
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  skus text[] := array(select s.sku from inv.stock s where s.loc = p_loc);
begin
  perform inv.lock_skus(skus);
  update inv.location p set sellable = p_sellable where p.loc = p_loc and p.sellable <> p_sellable;
  if not found then return 0; end if;
  -- no counter changes, but what shoppers can have does: a step of the version tells it
  update inv.sku s set ver = s.ver + 1 where s.sku = any (skus);
  insert into inv.stock_ledger (sku, loc, ver, kind, ref, actor)
  select s.sku, p_loc, s.ver, 'adjust', p_ref, p_actor from inv.sku s where s.sku = any (skus);
  insert into outbox (topic, key, ver, type, payload)
  select 'stock', s.sku, s.ver, 'stock.changed', jsonb_build_object(
           'sku', s.sku, 'ver', s.ver, 'd', case when p_sellable then a.here else -a.here end,
           'available', a.available, 'queue', s.queue_live, 'via', 'delta')
    from inv.sku s
   cross join lateral (
     select coalesce(sum(k.on_hand - k.held - k.committed - k.safety) filter (where p.sellable), 0) as available,
            coalesce(sum(k.on_hand - k.held - k.committed - k.safety) filter (where k.loc = p_loc), 0) as here
       from inv.stock k join inv.location p on p.loc = k.loc where k.sku = s.sku) a
   where s.sku = any (skus);
  return cardinality(skus);
end $$;
comment on function inv.set_sellable is 'Opens or closes a location to shoppers; gives the number of SKUs it had';
