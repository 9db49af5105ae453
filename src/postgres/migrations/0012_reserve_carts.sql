-- The one statement that promises units: a batch of carts, decided in arrival order under the locks of its SKUs.
-- One round trip per batch: a hot SKU serves as many carts per second as fit between two changes of its lock.

set local lock_timeout = '5s';

create function inv.reserve_carts(
  -- one entry per cart, in arrival order
  p_id uuid[], p_customer text[], p_hash bytea[], p_kind text[], p_partial boolean[], p_ttl integer[],
  p_region text[],       -- locations the caller likes best, first first, as '2,1'; '' when it does not care
  p_home smallint,
  -- one entry per line; a SKU that a cart has twice counts as the sum
  l_cart integer[],      -- index of the cart, 1..
  l_sku text[],
  l_qty integer[],       -- to take; 0: nothing, the line is only recorded as short
  l_requested integer[], -- asked for by the customer; null: the same
  l_expected bigint[],   -- price the customer saw; null: did not say
  l_price bigint[])      -- price to use instead of the catalogue's; null: the catalogue's
returns table (
  created_at timestamptz,
  outcome text[],        -- per cart: OK, KNOWN (the id was there), or the reason of the refusal
  refusal jsonb[],       -- per cart: what could not be had; null: nothing
  currency text[], total_minor bigint[],
  line_cart integer[], line_sku text[], line_loc smallint[], line_qty integer[], line_requested integer[],
  line_price bigint[], line_ver bigint[])
  language plpgsql set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  n constant integer := cardinality(p_id);
  now_ constant timestamptz := date_trunc('milliseconds', clock_timestamp());
  -- reasons in the order in which they are told; 8 is shortage
  reasons constant text[] := array['UNKNOWN_SKU', 'NOT_FOR_SALE', 'MIXED_CURRENCY', 'PRICE_CHANGED', 'QUEUE',
                                   'LIMIT', 'LIMIT'];
  shortage constant integer := 8;
  fine constant integer := 9;
  -- per SKU of the batch, in lock order
  skus text[]; vers bigint[]; queues integer[]; limits integer[]; buckets text[]; maxima integer[];
  prices bigint[]; currencies text[]; units bigint[]; taken integer[]; only_cell integer[];
  -- per sellable location, best rank first, and per cell: SKU x location
  locs smallint[]; n_loc integer; cells integer[]; cells_taken integer[];
  -- per line, by cart and SKU
  m integer; cart integer[]; x integer[]; qty integer[]; asked integer[]; expected bigint[]; price bigint[];
  got integer[]; why integer[]; usage integer[];
  used integer[]; -- per limited SKU and customer of the batch
  -- per cart
  from_ integer[]; to_ integer[]; is_fresh boolean[]; total bigint[];
  -- what was taken, per line and cell
  o integer := 0; o_line integer[] := '{}'; o_cell integer[] := '{}'; o_qty integer[] := '{}';
  j integer; w integer; worst integer; could integer; is_split boolean; is_changed boolean := false;
  lines jsonb; prices_told jsonb; said jsonb; row_ record;
begin
  -- 1 what the lines are about. A price is read once for the batch. No cart may overflow a sum and so fail the
  -- others: 10,000 units are above any maximum, and a price with which 100 lines of 9,999 units pass 2^53 is not for sale
  select coalesce(array_agg(k.sku order by k.sku), '{}'),
         array_agg(case when i.price_minor <= 9007199254 then i.price_minor end order by k.sku),
         array_agg(i.currency order by k.sku)
    into skus, prices, currencies
    from (select distinct u.sku collate "C" as sku from unnest(l_sku) as u (sku)) k
    left join items i on i.sku = k.sku collate "default" and i.status = 'active';
  select array_agg(l.cart), array_agg(l.x), array_agg(l.qty), array_agg(l.asked), array_agg(l.expected),
         array_agg(coalesce(l.price, prices[l.x])), count(*)
    into cart, x, qty, asked, expected, price, m
    from (select u.cart, k.x::integer as x, least(u.qty, 10000) as qty, u.expected, u.price,
                 least(coalesce(u.requested, u.qty), 10000) as asked
            from unnest(l_cart, l_sku, l_qty, l_requested, l_expected, l_price)
                   as u (cart, sku, qty, requested, expected, price)
            join unnest(skus) with ordinality as k (sku, x) on k.sku = u.sku
           order by u.cart, k.x) l;
  got := array_fill(0, array[m]); why := got; usage := got;
  from_ := array_fill(1, array[n]); to_ := array_fill(0, array[n]); total := array_fill(0::bigint, array[n]);
  for k in 1..m loop
    j := cart[k];
    if to_[j] = 0 then
      from_[j] := k;
    elsif x[k] = x[k - 1] then -- twice in the cart: this line stands for both
      qty[k] := qty[k] + qty[k - 1]; asked[k] := asked[k] + asked[k - 1];
      total[j] := total[j] - qty[k - 1] * price[k];
      if expected[k - 1] <> price[k] then expected[k] := expected[k - 1]; end if;
      qty[k - 1] := 0; asked[k - 1] := 0;
    end if;
    to_[j] := k;
    total[j] := total[j] + qty[k] * price[k];
  end loop;

  -- 2 claim the ids before any stock is counted: a VOID row of the sweeper that came in between would leave units
  -- taken without a hold. In id order, so that batches that share ids wait for each other one way only
  with claimed as (
    insert into inv.hold (id, kind, customer, state, req_hash, ttl_s, home, created_at, expires_at, max_expires_at,
                          due_at, currency, total_minor)
    select distinct on (u.id) u.id, u.kind, u.customer, 'ACTIVE', u.hash, u.ttl, p_home, now_,
           now_ + u.ttl * interval '1 second', now_ + interval '30 minutes', now_ + u.ttl * interval '1 second',
           currencies[x[u.line]], u.total
      from unnest(p_id, p_kind, p_customer, p_hash, p_ttl, from_, total) with ordinality
             as u (id, kind, customer, hash, ttl, line, total, cart)
     order by u.id, u.cart
        on conflict (id) do nothing
    returning id
  ) select array_agg(c.id is not null and u.nth = 1 order by u.cart) into is_fresh
      from (select id, u.cart, row_number() over (partition by id order by u.cart) as nth
              from unnest(p_id) with ordinality as u (id, cart)) u
      left join claimed c on c.id = u.id;

  -- 3 lock, then read what the locks protect
  perform inv.lock_skus(skus);
  select array_agg(s.ver order by k.x), array_agg(s.queue_live order by k.x), array_agg(s.limit_qty order by k.x),
         array_agg(s.limit_bucket order by k.x), array_agg(s.max_per_cart order by k.x)
    into vers, queues, limits, buckets, maxima
    from unnest(skus) with ordinality as k (sku, x) left join inv.sku s on s.sku = k.sku;
  select coalesce(array_agg(p.loc order by p.rank, p.loc), '{}'), count(*) into locs, n_loc
    from inv.location p where p.sellable;
  select array_agg(c.units order by c.x, c.l) into cells
    from (select k.x, p.l, coalesce(s.on_hand - s.held - s.committed - s.safety, 0) as units
            from unnest(skus) with ordinality as k (sku, x)
           cross join unnest(locs) with ordinality as p (loc, l)
            left join inv.stock s on s.sku = k.sku and s.loc = p.loc) c;
  -- only_cell: 0 when several locations have units
  select array_agg(s.units order by s.x), array_agg(case when s.places < 2 then s.cell else 0 end order by s.x)
    into units, only_cell
    from (select k.x, coalesce(sum(cells[p.cell]), 0) as units,
                 coalesce(max(p.cell) filter (where cells[p.cell] > 0), 1) as cell,
                 count(*) filter (where cells[p.cell] > 0) as places
            from generate_series(1, cardinality(skus)) as k (x)
            left join lateral generate_series((k.x - 1) * n_loc + 1, k.x * n_loc) as p (cell) on true
           group by k.x) s;
  taken := array_fill(0, array[cardinality(skus)]);
  cells_taken := array_fill(0, array[cardinality(skus) * n_loc]);
  if exists (select from unnest(limits) as u (limit_qty) where u.limit_qty is not null) then
    used := '{}';
    for row_ in
      select l.k, dense_rank() over (order by x[l.k], p_customer[cart[l.k]])::integer as pair, coalesce(h.qty, 0) as qty
        from generate_series(1, m) as l (k)
        left join inv.customer_usage h
          on h.sku = skus[x[l.k]] and h.customer = p_customer[cart[l.k]] and h.bucket = buckets[x[l.k]]
       where limits[x[l.k]] is not null
       order by pair
    loop
      usage[row_.k] := row_.pair; used[row_.pair] := row_.qty;
    end loop;
  end if;

  -- 4 decide, in arrival order
  outcome := array_fill('KNOWN'::text, array[n]); refusal := array_fill(null::jsonb, array[n]);
  for i in 1..n loop
    continue when not is_fresh[i];
    worst := fine; could := 0; is_split := false; said := null;
    for k in from_[i]..to_[i] loop
      j := x[k];
      got[k] := greatest(0, least(qty[k], units[j])); could := could + got[k];
      w := case when asked[k] = 0 then fine
                when vers[j] is null then 1
                when price[k] is null then 2
                when currencies[j] is distinct from currencies[x[from_[i]]] then 3
                when expected[k] <> price[k] then 4
                when queues[j] > 0 and p_kind[i] <> 'offer' then 5
                when asked[k] > maxima[j] then 6
                when usage[k] > 0 and used[usage[k]] + qty[k] > limits[j] then 7
                when got[k] < asked[k] then shortage
                else fine end;
      why[k] := w;
      if w < worst then worst := w; end if;
      if only_cell[j] = 0 then is_split := true; end if;
    end loop;
    -- shortage does not refuse the cart when it takes what there is, or when the caller knew of it (qty < requested)
    if worst < shortage then
      outcome[i] := reasons[worst];
    elsif could = 0 then
      outcome[i] := 'SOLD_OUT';
    elsif worst = fine then
      outcome[i] := 'OK';
    elsif p_partial[i] or not exists (
        select from generate_series(from_[i], to_[i]) as l (k) where got[l.k] < qty[l.k]) then
      outcome[i] := 'OK';
    else
      outcome[i] := 'PARTIAL';
    end if;
    if worst < fine or outcome[i] <> 'OK' then
      said := jsonb_build_object('reason', case when outcome[i] = 'OK' then 'PARTIAL' else outcome[i] end);
      lines := '[]'; prices_told := '[]';
      for k in from_[i]..to_[i] loop
        continue when why[k] <> worst;
        j := x[k];
        lines := lines || jsonb_build_object('sku', skus[j], 'requested', asked[k], 'available',
          case when outcome[i] = 'OK' then got[k] else greatest(units[j], 0) end);
        if worst = 4 then
          prices_told := prices_told || jsonb_build_object('sku', skus[j], 'expected', expected[k], 'now', price[k]);
        elsif worst in (6, 7) and not said ? 'limit' then
          said := said || jsonb_build_object('limit', case when worst = 6 then maxima[j] else limits[j] end,
                                             'used', case when worst = 6 then 0 else used[usage[k]] end);
        end if;
      end loop;
      if worst = 4 then said := said || jsonb_build_object('prices', prices_told); end if;
      refusal[i] := said || jsonb_build_object('lines', lines);
      is_changed := true;
    end if;
    continue when outcome[i] <> 'OK';
    if worst < fine then total[i] := 0; end if;
    for k in from_[i]..to_[i] loop
      continue when got[k] = 0;
      j := x[k];
      units[j] := units[j] - got[k]; taken[j] := taken[j] + got[k];
      if worst < fine then total[i] := total[i] + got[k] * price[k]; end if;
      if usage[k] > 0 then used[usage[k]] := used[usage[k]] + got[k]; end if;
      if not is_split then
        o := o + 1; o_line[o] := k; o_cell[o] := only_cell[j]; o_qty[o] := got[k];
        cells[only_cell[j]] := cells[only_cell[j]] - got[k];
        cells_taken[only_cell[j]] := cells_taken[only_cell[j]] + got[k];
      end if;
    end loop;
    if is_split then
      for row_ in select * from inv.choose_locations(
        x[from_[i]:to_[i]], got[from_[i]:to_[i]], cells, inv.in_order_of_liking(locs, p_region[i]))
      loop
        o := o + 1; o_line[o] := from_[i] + row_.line - 1; o_cell[o] := row_.cell; o_qty[o] := row_.units;
        cells[row_.cell] := cells[row_.cell] - row_.units;
        cells_taken[row_.cell] := cells_taken[row_.cell] + row_.units;
      end loop;
    end if;
  end loop;

  -- 5 refused ids become VOID: the same id can never be held later
  if is_changed then
    update inv.hold h
       set state = case when u.outcome = 'OK' then 'ACTIVE' else 'VOID' end::inv.hold_state,
           due_at = case when u.outcome = 'OK' then h.due_at end,
           currency = case when u.outcome = 'OK' then h.currency end,
           total_minor = case when u.outcome = 'OK' then u.total end,
           refusal = u.refusal
      from unnest(p_id, outcome, reserve_carts.refusal, total) as u (id, outcome, refusal, total)
     where h.id = u.id and u.refusal is not null;
  end if;

  -- 6 one step of the version and one change of the counters per SKU; the ledger first, inv.stock asks for it
  select array_agg(v.ver + case when v.taken > 0 then 1 else 0 end order by v.x) into vers
    from unnest(vers, taken) with ordinality as v (ver, taken, x);
  update inv.sku s set ver = k.ver from unnest(skus, vers, taken) as k (sku, ver, taken)
   where s.sku = k.sku and k.taken > 0;
  insert into inv.stock_ledger (sku, loc, ver, kind, d_held, ref)
  select skus[(t.cell - 1) / n_loc + 1], locs[(t.cell - 1) % n_loc + 1], vers[(t.cell - 1) / n_loc + 1], 'hold',
         t.units, case when n = 1 then p_id[1]::text else 'batch' end
    from unnest(cells_taken) with ordinality as t (units, cell) where t.units > 0;
  update inv.stock s set held = s.held + t.units
    from unnest(cells_taken) with ordinality as t (units, cell)
   where s.sku = skus[(t.cell - 1) / n_loc + 1] and s.loc = locs[(t.cell - 1) % n_loc + 1] and t.units > 0;
  insert into inv.hold_line (hold_id, sku, loc, qty, unit_price_minor, ver_at_hold, limit_bucket)
  select p_id[cart[t.k]], skus[x[t.k]], locs[(t.cell - 1) % n_loc + 1], t.units, price[t.k], vers[x[t.k]],
         case when usage[t.k] > 0 then buckets[x[t.k]] end
    from unnest(o_line, o_cell, o_qty) as t (k, cell, units);
  if used is not null then
    insert into inv.customer_usage as c (sku, customer, bucket, qty, limit_qty)
    select skus[x[t.k]], p_customer[cart[t.k]], buckets[x[t.k]], sum(t.units), limits[x[t.k]]
      from unnest(o_line, o_qty) as t (k, units) where usage[t.k] > 0 group by 1, 2, 3, 5
        on conflict (sku, customer, bucket) do update set qty = c.qty + excluded.qty, limit_qty = excluded.limit_qty;
  end if;
  insert into outbox (topic, key, ver, type, payload)
  select 'stock', skus[t.x], vers[t.x], 'stock.changed', jsonb_build_object(
           'sku', skus[t.x], 'ver', vers[t.x], 'd', -taken[t.x], 'available', units[t.x], 'queue', queues[t.x],
           'via', 'settle', 'hold', t.ids)
    -- an id comes twice when its units are from two locations: settling it again changes nothing
    from (select x[l.k] as x, to_jsonb(array_agg(p_id[cart[l.k]])) as ids from unnest(o_line) as l (k) group by 1) t
  union all
  select 'hold', min(u.id::text), 0, 'hold.created', jsonb_build_object('ids', jsonb_agg(u.id))
    from unnest(p_id, outcome) as u (id, outcome) where u.outcome = 'OK' having count(*) > 0;

  created_at := now_;
  select array_agg(case when u.outcome = 'OK' then currencies[x[u.line]] end order by u.cart),
         array_agg(case when u.outcome = 'OK' then u.total end order by u.cart)
    into currency, total_minor
    from unnest(outcome, from_, total) with ordinality as u (outcome, line, total, cart);
  select array_agg(cart[t.k]), array_agg(skus[x[t.k]]), array_agg(locs[(t.cell - 1) % n_loc + 1]), array_agg(t.units),
         array_agg(asked[t.k]), array_agg(price[t.k]), array_agg(vers[x[t.k]])
    into line_cart, line_sku, line_loc, line_qty, line_requested, line_price, line_ver
    from unnest(o_line, o_cell, o_qty) as t (k, cell, units);
  return next;
end $$;
