-- Domain events leave with the transaction that caused them; the publication is what the indexer reads.

create table outbox (
  id      bigint generated always as identity,
  tx      xid8 not null default pg_current_xact_id(),
  topic   text not null,
  key     text not null,
  ver     bigint not null,
  type    text not null,
  payload jsonb not null,
  at      timestamptz not null default now(),
  primary key (at, id)
) partition by range (at);
comment on table outbox is 'Events in commit order; partitioned by day, old days are dropped, never deleted row by row';
create index outbox_tx on outbox (tx, id);
create table outbox_default partition of outbox default;

do $$
declare day date;
begin
  for i in 0..7 loop
    day := (now() at time zone 'utc')::date + i;
    execute format('create table %I partition of outbox for values from (%L) to (%L)',
      'outbox_' || to_char(day, 'YYYYMMDD'), day::timestamp at time zone 'utc', (day + 1)::timestamp at time zone 'utc');
  end loop;
end $$;

create publication aisle_catalog for table items, categories, item_availability, item_popularity, outbox
  with (publish_via_partition_root = true);
