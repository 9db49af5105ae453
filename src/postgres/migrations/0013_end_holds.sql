-- How holds end, and how money makes an order of one. Each transition is one guarded update; counters, usage, order
-- and events are in the same transaction. Who comes second changes nothing.

set local lock_timeout = '5s';

create function inv.tell(p_topic text, p_type text, p_ids uuid[]) returns void language sql as $$
  insert into outbox (topic, key, ver, type, payload)
  select p_topic, p_ids[1]::text, 0, p_type, jsonb_build_object('ids', to_jsonb(p_ids)) where cardinality(p_ids) > 0
$$;
comment on function inv.tell is 'One event about several holds or orders; ver 0: their state is read from Postgres';

create function inv.end_holds(
  p_ids uuid[], p_from inv.hold_state[], p_to inv.hold_state, p_only_due boolean, p_actor text)
returns table (ended_id uuid)
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  ids uuid[];
  cancelled uuid[];
begin
  perform from inv.hold h where h.id = any (p_ids) order by h.id for update;
  with ended as (
    update inv.hold h set state = p_to, due_at = null, ends_as = null
     where h.id = any (p_ids) and h.state = any (p_from)
       -- a part of a cart of several instances never acts on its own clock
       and (not p_only_due or (h.due_at <= clock_timestamp() and h.kind <> 'part'))
    returning h.id
  ) select array_agg(e.id order by e.id) into ids from ended e;
  if ids is null then return; end if;

  -- units: back to the shelf, or on to the order
  perform count(*) from (
    select array_agg(l.sku) as skus, array_agg(l.loc) as locs, array_agg(-l.qty) as held,
           case when p_to = 'CONFIRMED' then array_agg(l.qty) end as committed
      from (select h.sku, h.loc, sum(h.qty)::integer as qty from inv.hold_line h
             where h.hold_id = any (ids) group by h.sku, h.loc) l
    having count(*) > 0) m
   cross join lateral inv.change_stock(
     case p_to when 'CONFIRMED' then 'confirm' when 'EXPIRED' then 'expire' else 'release' end,
     m.skus, m.locs, null, m.held, m.committed, null,
     case when cardinality(ids) = 1 then ids[1]::text else 'batch' end, p_actor);
  if p_to <> 'CONFIRMED' then
    update inv.customer_usage c set qty = c.qty - t.qty
      from (select l.sku, h.customer, l.limit_bucket, sum(l.qty)::integer as qty
              from inv.hold_line l join inv.hold h on h.id = l.hold_id
             where l.hold_id = any (ids) and l.limit_bucket is not null
             group by l.sku, h.customer, l.limit_bucket) t
     where c.sku = t.sku and c.customer = t.customer and c.bucket = t.limit_bucket;
    -- only a hold that was being paid for has an order
    with gone as (
      update inv.orders o set state = 'CANCELLED', due_at = null
        from inv.hold h
       where h.id = any (ids) and h.attempt > 0 and o.hold_id = h.id and o.state = 'PENDING_PAYMENT'
      returning o.id
    ) select array_agg(g.id order by g.id) into cancelled from gone g;
    perform inv.tell('order', 'order.cancelled', cancelled);
  end if;
  perform inv.tell('hold', 'hold.' || lower(p_to::text), ids);
  return query select u.id from unnest(ids) as u (id);
end $$;
comment on function inv.end_holds is
  'Ends the holds that are in one of the states p_from, and due when p_only_due; gives the ids that this call ended';

create function inv.expire_due(p_limit integer) returns table (ended_id uuid)
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  now_ constant timestamptz := clock_timestamp(); -- in the statement itself it could not use the index
  ids uuid[];
begin
  -- skipped rows are with another sweeper or with their customer; nobody is waited for, so the order is free
  select array_agg(d.id) into ids from (
    select h.id from inv.hold h
     where h.state = 'ACTIVE' and h.kind <> 'part' and h.due_at <= now_
     order by h.due_at limit p_limit for update skip locked) d;
  if ids is null then return; end if;
  return query select * from inv.end_holds(ids, '{ACTIVE}', 'EXPIRED', true, null);
end $$;
comment on function inv.expire_due is
  'Ends up to p_limit holds whose time is over. Those with money under way are not among them';

create function inv.confirm_holds(p_ids uuid[]) returns table (confirmed_id uuid)
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  ids uuid[];
  allocated uuid[];
begin
  select array_agg(e.ended_id order by e.ended_id) into ids
    from inv.end_holds(p_ids, '{PAYING,CLOSING}', 'CONFIRMED', false, null) e;
  if ids is null then return; end if;
  -- end_holds keeps the rows of inv.sku locked: their version is that of the confirmation
  update inv.order_line l set ver_at_confirm = s.ver
    from inv.orders o, inv.sku s
   where o.hold_id = any (ids) and l.order_id = o.id and s.sku = l.sku;
  with done as (
    update inv.orders o set state = 'ALLOCATED', due_at = null
     where o.hold_id = any (ids) and o.state = 'PENDING_PAYMENT'
    returning o.id
  ) select array_agg(d.id order by d.id) into allocated from done d;
  if coalesce(cardinality(allocated), 0) <> cardinality(ids) then
    raise exception 'holds to confirm: % with an order that waits for money expected, % found',
      cardinality(ids), coalesce(cardinality(allocated), 0) using errcode = 'P0002';
  end if;
  perform inv.tell('order', 'order.paid', allocated), inv.tell('order', 'order.allocated', allocated);
  return query select u.id from unnest(ids) as u (id);
end $$;
comment on function inv.confirm_holds is
  'Holds that are paid for become orders: units from held to committed, order ALLOCATED';

create function inv.take_payment(p_payment uuid, p_amount bigint) returns text
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  pay record;
  hold_state inv.hold_state;
  paid record;
  outcome text;
begin
  select p.order_id, p.amount_minor, o.hold_id, o.total_minor into pay
    from inv.payment p join inv.orders o on o.id = p.order_id where p.id = p_payment;
  if not found then return 'UNKNOWN_PAYMENT'; end if;
  -- the lock of the hold puts every message about this order in one line
  select h.state into hold_state from inv.hold h where h.id = pay.hold_id for update;
  if exists (select from inv.payment p where p.id = p_payment and p.state = 'SUCCEEDED') then return 'ALREADY'; end if;
  if p_amount = pay.amount_minor and p_amount = pay.total_minor and hold_state in ('PAYING', 'CLOSING') then
    perform inv.confirm_holds(array[pay.hold_id]);
    outcome := 'CONFIRMED';
  end if;
  update inv.payment p set state = 'SUCCEEDED', paid_minor = p_amount, due_at = null where p.id = p_payment;
  update inv.orders o set paid_minor = o.paid_minor + p_amount where o.id = pay.order_id
  returning o.state, o.paid_minor into paid;
  if outcome is not null then return outcome; end if;
  if p_amount <> pay.amount_minor or p_amount <> pay.total_minor then return 'WRONG_AMOUNT'; end if;
  if paid.state = 'CANCELLED' and paid.paid_minor = p_amount then -- never paid before
    update inv.orders o set due_at = clock_timestamp() where o.id = pay.order_id; -- found there after a crash
    return 'LATE';
  end if;
  return 'SURPLUS';
end $$;
comment on function inv.take_payment is
  'The provider says that this money came. CONFIRMED: hold and order are done. LATE: the hold had ended, units have to '
  'be found anew. WRONG_AMOUNT, SURPLUS (twice, or declined before): the caller sends it back in the same transaction. ALREADY: told '
  'before';

create function inv.adopt_hold(p_order uuid, p_hold uuid) returns boolean
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
begin
  perform count(*) from inv.end_holds(array[p_hold], '{ACTIVE}', 'CONFIRMED', false, null);
  update inv.orders o set state = 'ALLOCATED', hold_id = p_hold, due_at = null
   where o.id = p_order and o.state in ('CANCELLED', 'PAID_UNFULFILLED')
     and o.paid_minor - o.refunded_minor = o.total_minor;
  if not found then return false; end if;
  update inv.hold h set currency = o.currency from inv.orders o where h.id = p_hold and o.id = p_order;
  delete from inv.order_line l where l.order_id = p_order;
  insert into inv.order_line (order_id, sku, loc, qty, unit_price_minor, ver_at_confirm, limit_bucket)
  select p_order, l.sku, l.loc, l.qty, l.unit_price_minor, s.ver, l.limit_bucket
    from inv.hold_line l join inv.sku s on s.sku = l.sku where l.hold_id = p_hold;
  perform inv.tell('order', 'order.paid', array[p_order]), inv.tell('order', 'order.allocated', array[p_order]);
  return true;
end $$;
comment on function inv.adopt_hold is
  'An order that was paid too late gets a hold made for it. False: the order is not waiting for one, roll back';
