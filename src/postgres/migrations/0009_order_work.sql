-- What the order path keeps for itself: recorded answers, leases, epochs of Redis, drift, carts and bundles.

set local lock_timeout = '5s';

create table inv.idempotency (
  scope      text,
  key        text,
  req_hash   bytea not null,
  status     smallint,
  body       text,
  created_at timestamptz not null default clock_timestamp(),
  primary key (scope, key),
  constraint answer_is_whole check ((status is null) = (body is null))
);
comment on table inv.idempotency is
  'Answers of requests with a key, in the transaction of their effect. Holds need none: the hold row is the record';
comment on column inv.idempotency.scope is 'Route and customer';
comment on column inv.idempotency.status is 'HTTP status; null only inside the transaction that decides';
comment on column inv.idempotency.body is 'The answer, byte for byte';
create index idempotency_created on inv.idempotency (created_at);

create table inv.epoch (
  slot      smallint primary key check (slot between 0 and 15),
  n         bigint not null,
  server_id text not null,
  at        timestamptz not null default clock_timestamp()
);
comment on table inv.epoch is 'Epoch of each slot in Redis: state of an older one is never read';
comment on column inv.epoch.server_id is 'Redis run id and replication id of the epoch; empty: none so far';
insert into inv.epoch (slot, n, server_id) select slot, 0, '' from generate_series(0, 15) as slot;

create table inv.lease (
  job    text,
  slot   smallint,
  holder text not null,
  until  timestamptz not null,
  primary key (job, slot)
);
comment on table inv.lease is 'Who does a job of the worker; over at `until`, by the clock of Postgres';

create table inv.drift_report (
  run      uuid,
  at       timestamptz not null default clock_timestamp(),
  sku      text,
  before   integer,
  expected integer,
  cause    text not null check (cause in ('failover', 'lost_settle', 'lost_delta', 'manual', 'unknown')),
  fixed    boolean not null,
  primary key (run, sku)
);
comment on table inv.drift_report is 'Counts in Redis that differed from Postgres, per run of reconcile';
comment on column inv.drift_report.before is 'Units in Redis';
comment on column inv.drift_report.expected is 'Units by Postgres, less admissions under way';
create index drift_report_at on inv.drift_report (at);

create table inv.cart (
  id         uuid primary key default gen_random_uuid(),
  customer   text not null unique,
  updated_at timestamptz not null default clock_timestamp()
);
comment on table inv.cart is 'The open cart of a customer, for pages that work without script. It holds nothing';

create table inv.cart_line (
  cart_id          uuid not null references inv.cart (id) on delete cascade,
  sku              text not null check (length(sku) between 1 and 200),
  qty              integer not null check (qty between 1 and 9999),
  seen_price_minor bigint,
  added_at         timestamptz not null default clock_timestamp(),
  primary key (cart_id, sku)
);
comment on column inv.cart_line.seen_price_minor is 'Price shown when the line was put; null: none was shown';

create table inv.bundle (
  bundle_sku text,
  sku        text,
  qty        integer not null check (qty between 1 and 9999),
  primary key (bundle_sku, sku),
  check (bundle_sku <> sku)
);
comment on table inv.bundle is 'SKUs that are sold as a set of others: one row per component. Bundles are not nested';
comment on column inv.bundle.qty is 'Units of the component in one bundle';
create index bundle_component on inv.bundle (sku);
