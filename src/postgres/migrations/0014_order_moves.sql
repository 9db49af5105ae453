-- What happens to the units of an order after it is paid. Lock order as in 0006: SKUs of the order first (they never
-- change), then the order, then its lines.

set local lock_timeout = '5s';

create function inv.lock_order(p_order uuid) returns text
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  state_ text;
begin
  perform inv.lock_skus(array(select l.sku from inv.order_line l where l.order_id = p_order));
  select o.state into state_ from inv.orders o where o.id = p_order for update;
  return state_;
end $$;
comment on function inv.lock_order is
  'Locks the SKUs of an order and the order; gives its state, null when there is none';

create function inv.settle_order_state(p_order uuid) returns text
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  state_ text;
begin
  update inv.orders o
     set state = case when t.open > 0 and t.shipped = 0 then 'ALLOCATED'
                      when t.open > 0 then 'PARTIALLY_SHIPPED'
                      when t.shipped = 0 then 'CANCELLED'
                      when t.returned = t.shipped then 'RETURNED'
                      when o.state = 'DELIVERED' then 'DELIVERED'
                      else 'SHIPPED' end
    from (select sum(l.qty - l.cancelled - l.shipped) as open, sum(l.shipped) as shipped, sum(l.returned) as returned
            from inv.order_line l where l.order_id = p_order) t
   where o.id = p_order
  returning o.state into state_;
  return state_;
end $$;
comment on function inv.settle_order_state is 'State of an allocated order by what is left of its lines';

create function inv.cancel_lines(p_order uuid, p_sku text[], p_qty integer[], p_actor text)
returns table (outcome text, order_state text, amount_minor bigint)
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  skus text[];
  locs smallint[];
  units integer[];
  asked bigint;
begin
  order_state := inv.lock_order(p_order);
  outcome := case when order_state is null then 'UNKNOWN_ORDER'
                  when order_state in ('SHIPPED', 'DELIVERED', 'RETURNED') then 'ALREADY_SHIPPED'
                  when order_state not in ('ALLOCATED', 'PARTIALLY_SHIPPED') then 'WRONG_STATE' end;
  if outcome is not null then return next; return; end if;
  -- a SKU split over locations is cancelled at the first of them first
  select array_agg(t.sku), array_agg(t.loc), array_agg(t.qty), sum(t.qty * t.unit_price_minor)
    into skus, locs, units, amount_minor
    from (select l.sku, l.loc, l.unit_price_minor, least(l.open, greatest(0,
                 coalesce(w.qty, 2147483647) - sum(l.open) over (partition by l.sku order by l.loc) + l.open))::integer as qty
            from (select *, qty - cancelled - shipped as open from inv.order_line where order_id = p_order) l
            left join (select u.sku, sum(u.qty) as qty from unnest(p_sku, p_qty) as u (sku, qty) group by u.sku) w
              on w.sku = l.sku
           where p_sku is null or w.qty > 0) t
   where t.qty > 0;
  select sum(u.qty) into asked from unnest(p_qty) as u (qty);
  if p_sku is not null and asked is distinct from (select sum(u.qty) from unnest(units) as u (qty)) then
    outcome := 'ALREADY_SHIPPED'; amount_minor := null;
    return next; return;
  end if;
  update inv.order_line l set cancelled = l.cancelled + m.qty
    from unnest(skus, locs, units) as m (sku, loc, qty)
   where l.order_id = p_order and l.sku = m.sku and l.loc = m.loc;
  perform count(*) from inv.change_stock('cancel', skus, locs, null, null,
    array(select -u.qty from unnest(units) as u (qty)), null, p_order::text, p_actor);
  update inv.customer_usage c set qty = c.qty - t.qty
    from (select l.sku, o.customer, l.limit_bucket, sum(m.qty)::integer as qty
            from unnest(skus, locs, units) as m (sku, loc, qty)
            join inv.order_line l on l.order_id = p_order and l.sku = m.sku and l.loc = m.loc
            join inv.orders o on o.id = l.order_id
           where l.limit_bucket is not null group by l.sku, o.customer, l.limit_bucket) t
   where c.sku = t.sku and c.customer = t.customer and c.bucket = t.limit_bucket;
  order_state := inv.settle_order_state(p_order);
  perform inv.tell('order', 'order.cancelled', array[p_order]);
  outcome := 'CANCELLED';
  return next;
end $$;
comment on function inv.cancel_lines is
  'Takes unshipped units out of an order; null p_sku: all of them. All that is asked or nothing. amount_minor is owed '
  'to the customer';

create function inv.ship_lines(
  p_order uuid, p_shipment uuid, p_sku text[], p_loc smallint[], p_qty integer[],
  p_carrier text, p_tracking text, p_actor text)
returns table (outcome text, order_state text)
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  back integer[] := array(select -u.qty from unnest(p_qty) as u (qty));
  changed integer;
begin
  order_state := inv.lock_order(p_order);
  outcome := case when order_state is null then 'UNKNOWN_ORDER'
                  when order_state not in ('ALLOCATED', 'PARTIALLY_SHIPPED') then 'WRONG_STATE'
                  when exists (
                    select from unnest(p_sku, p_loc, p_qty) as m (sku, loc, qty)
                      left join inv.order_line l on l.order_id = p_order and l.sku = m.sku and l.loc = m.loc
                     where l.qty - l.cancelled - l.shipped < m.qty or l.qty is null or m.qty < 1) then 'NOT_OPEN' end;
  if outcome is not null then return next; return; end if;
  update inv.order_line l set shipped = l.shipped + m.qty
    from unnest(p_sku, p_loc, p_qty) as m (sku, loc, qty)
   where l.order_id = p_order and l.sku = m.sku and l.loc = m.loc;
  get diagnostics changed = row_count;
  if changed <> cardinality(p_sku) then
    raise exception 'lines to ship: one entry per SKU and location expected' using errcode = '22023';
  end if;
  insert into inv.shipment (id, order_id, lines, carrier, tracking)
  select p_shipment, p_order, jsonb_agg(jsonb_build_object('sku', m.sku, 'loc', m.loc, 'qty', m.qty)),
         p_carrier, p_tracking
    from unnest(p_sku, p_loc, p_qty) as m (sku, loc, qty);
  perform count(*) from inv.change_stock('ship', p_sku, p_loc, back, null, back, null, p_order::text, p_actor);
  order_state := inv.settle_order_state(p_order);
  perform inv.tell('order', 'order.shipped', array[p_order]);
  outcome := 'SHIPPED';
  return next;
end $$;
comment on function inv.ship_lines is 'Units leave the building. All lines or none; one entry per SKU and location';

create function inv.request_return(p_return uuid, p_order uuid, p_sku text[], p_qty integer[], p_reason text)
returns text language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  state_ text;
begin
  select o.state into state_ from inv.orders o where o.id = p_order for update;
  if state_ is null then return 'UNKNOWN_ORDER'; end if;
  if exists (
    select from (select u.sku, sum(u.qty) as qty, min(u.qty) as least_qty
                   from unnest(p_sku, p_qty) as u (sku, qty) group by u.sku) m
      left join (select l.sku, sum(l.shipped - l.returned) as out
                   from inv.order_line l where l.order_id = p_order group by l.sku) l on l.sku = m.sku
      left join (select r.line ->> 'sku' as sku, sum((r.line ->> 'qty')::integer) as qty
                   from (select jsonb_array_elements(q.lines) as line from inv.return_request q
                          where q.order_id = p_order and q.state in ('REQUESTED', 'APPROVED')) r
                  group by 1) w on w.sku = m.sku
     where m.least_qty < 1 or l.out is null or l.out - coalesce(w.qty, 0) < m.qty) then return 'NOT_SHIPPED'; end if;
  insert into inv.return_request (id, order_id, state, lines, reason)
  select p_return, p_order, 'REQUESTED', jsonb_agg(jsonb_build_object('sku', m.sku, 'qty', m.qty)), p_reason
    from (select u.sku, sum(u.qty) as qty from unnest(p_sku, p_qty) as u (sku, qty) group by u.sku) m;
  return 'REQUESTED';
end $$;
comment on function inv.request_return is
  'A customer wants to send units back: only shipped ones, and each unit once';

create function inv.receive_return(
  p_return uuid, p_sku text[], p_qty integer[], p_loc smallint[], p_restock boolean[], p_actor text)
returns table (outcome text, order_id uuid, amount_minor bigint)
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  skus text[];
  locs smallint[];
  units integer[];
  received bigint;
begin
  select r.order_id into order_id from inv.return_request r where r.id = p_return;
  if order_id is null then outcome := 'UNKNOWN_RETURN'; return next; return; end if;
  perform inv.lock_skus(p_sku || array(select l.sku from inv.order_line l where l.order_id = receive_return.order_id));
  perform from inv.orders o where o.id = receive_return.order_id for update;
  -- what comes is at most what was asked for
  if exists (
    select from (select u.sku, sum(u.qty) as qty from unnest(p_sku, p_qty) as u (sku, qty) group by u.sku) m
      left join (select e.line ->> 'sku' as sku, (e.line ->> 'qty')::integer as qty
                   from (select jsonb_array_elements(r.lines) as line
                           from inv.return_request r where r.id = p_return) e) w on w.sku = m.sku
     where w.qty is null or w.qty < m.qty) then
    outcome := 'NOT_ASKED'; return next; return;
  end if;
  update inv.return_request r set state = 'RECEIVED', lines = t.lines
    from (select jsonb_agg(jsonb_build_object('sku', u.sku, 'qty', u.qty, 'loc', u.loc, 'restock', u.restock)) as lines
            from unnest(p_sku, p_qty, p_loc, p_restock) as u (sku, qty, loc, restock)) t
   where r.id = p_return and r.state = 'APPROVED';
  if not found then outcome := 'WRONG_STATE'; return next; return; end if;
  -- which row of the order counts it: the SKU's locations in order
  with m as (
    select u.sku, sum(u.qty) as qty from unnest(p_sku, p_qty) as u (sku, qty) group by u.sku
  ), t as (
    select l.sku, l.loc, l.unit_price_minor, l.limit_bucket, least(l.out, greatest(0,
             m.qty - (sum(l.out) over (partition by l.sku order by l.loc) - l.out)))::integer as qty
      from (select *, o.shipped - o.returned as out
              from inv.order_line o where o.order_id = receive_return.order_id) l
      join m on m.sku = l.sku
  ), changed as (
    update inv.order_line l set returned = l.returned + t.qty
      from t where l.order_id = receive_return.order_id and l.sku = t.sku and l.loc = t.loc and t.qty > 0
    returning t.sku, t.qty, t.unit_price_minor, t.limit_bucket
  ), freed as (
    update inv.customer_usage c set qty = c.qty - f.qty
      from (select d.sku, d.limit_bucket, sum(d.qty)::integer as qty
              from changed d join inv.sku s on s.sku = d.sku and s.returns_free_limit
             where d.limit_bucket is not null group by d.sku, d.limit_bucket) f
     where c.sku = f.sku and c.bucket = f.limit_bucket
       and c.customer = (select o.customer from inv.orders o where o.id = receive_return.order_id)
  )
  select sum(d.qty * d.unit_price_minor), sum(d.qty) into amount_minor, received from changed d;
  if received is distinct from (select sum(u.qty) from unnest(p_qty) as u (qty)) then
    raise exception 'return %: more units than the order has out', p_return using errcode = '23514';
  end if;
  select array_agg(u.sku), array_agg(u.loc), array_agg(u.qty) into skus, locs, units
    from (select r.sku, r.loc, sum(r.qty)::integer as qty
            from unnest(p_sku, p_qty, p_loc, p_restock) as r (sku, qty, loc, restock) where r.restock
           group by r.sku, r.loc) u;
  if skus is not null then
    insert into inv.stock (sku, loc) select u.sku, u.loc from unnest(skus, locs) as u (sku, loc)
      on conflict (sku, loc) do nothing;
    perform count(*) from inv.change_stock('return', skus, locs, units, null, null, null, order_id::text, p_actor);
  end if;
  perform inv.settle_order_state(order_id), inv.tell('order', 'order.returned', array[order_id]);
  outcome := 'RECEIVED';
  return next;
end $$;
comment on function inv.receive_return is
  'Units of an approved return are back: restocked at a location, or scrapped. amount_minor is owed to the customer';
