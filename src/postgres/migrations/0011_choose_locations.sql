-- Which locations the units of a cart come from, once the shop as a whole has them.

set local lock_timeout = '5s';

create function inv.in_order_of_liking(p_locs smallint[], p_region text) returns integer[]
  language sql stable as $$
  select array_agg(p.l::integer order by array_position(string_to_array(p_region, ','), p.loc::text) nulls last, p.l)
    from unnest(p_locs) with ordinality as p (loc, l)
$$;
comment on function inv.in_order_of_liking is 'Positions in p_locs (best rank first), those of the region first';

-- Whoever covers most of what is left gives it, again and again: so a location that covers the whole cart gives all.
create function inv.choose_locations(p_x integer[], p_units integer[], p_cells integer[], p_order integer[])
returns table (line integer, cell integer, units integer) language plpgsql immutable as $$
declare
  n_loc constant integer := cardinality(p_order);
  at integer; covered integer; best integer; best_covered integer;
begin
  loop
    best_covered := 0;
    foreach at in array p_order loop
      covered := 0;
      for k in 1..cardinality(p_x) loop
        covered := covered + greatest(0, least(p_units[k], p_cells[(p_x[k] - 1) * n_loc + at]));
      end loop;
      if covered > best_covered then best := at; best_covered := covered; end if;
    end loop;
    exit when best_covered = 0;
    for k in 1..cardinality(p_x) loop
      line := k; cell := (p_x[k] - 1) * n_loc + best; units := least(p_units[k], p_cells[cell]);
      continue when units <= 0;
      p_units[k] := p_units[k] - units; p_cells[cell] := p_cells[cell] - units;
      return next;
    end loop;
  end loop;
end $$;
comment on function inv.choose_locations is
  'Where the units of one cart come from: fewest splits, found greedily; ties by p_order';
