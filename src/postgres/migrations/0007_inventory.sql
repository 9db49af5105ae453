-- Stock and holds. One row of inv.sku is the lock, the version and the switches of a SKU: whoever changes a counter
-- of inv.stock locks it first, adds 1 to `ver`, and writes ledger rows and one `stock.changed` event of that `ver`.
-- Lock order everywhere: inv.hold by id, inv.sku by sku, inv.stock, then the rest.
-- No foreign keys here: on these tables they cost a third of a batch (design, section 2). `orders verify` checks
-- what they would.

set local lock_timeout = '5s';

create schema inv;

create table inv.location (
  loc      smallint primary key,
  name     text not null check (length(name) between 1 and 200),
  sellable boolean not null default true,
  rank     smallint not null default 100
);
comment on table inv.location is 'Places that keep stock';
comment on column inv.location.sellable is 'Whether its units count as available to shoppers';
comment on column inv.location.rank is 'Among equals the lowest rank gives first';
insert into inv.location (loc, name) values (1, 'main');

-- CRC-32 of ISO 3309 (polynomial edb88320, reflected), bit by bit: it runs once in the life of a SKU.
create function inv.slot_of(sku text) returns smallint language plpgsql immutable strict parallel safe as $$
declare
  bytes bytea := convert_to(sku, 'UTF8');
  crc bigint := 4294967295;
begin
  for i in 0..length(bytes) - 1 loop
    crc := crc # get_byte(bytes, i);
    for bit in 1..8 loop
      crc := case when crc & 1 = 1 then (crc >> 1) # 3988292384 else crc >> 1 end;
    end loop;
  end loop;
  return (crc # 4294967295) % 16;
end $$;
comment on function inv.slot_of is
  'CRC-32 of the UTF-8 bytes, mod 16: the slot of a SKU in Redis and among instances';

create table inv.sku (
  sku                text primary key check (length(sku) between 1 and 200),
  slot               smallint not null generated always as (inv.slot_of(sku)) stored,
  ver                bigint not null default 0,
  queue_live         integer not null default 0 check (queue_live >= 0),
  limit_qty          integer check (limit_qty > 0),
  limit_bucket       text not null default 'all' check (length(limit_bucket) between 1 and 100),
  returns_free_limit boolean not null default false,
  max_per_cart       integer not null default 99 check (max_per_cart between 1 and 9999),
  low_at             integer not null default 5 check (low_at >= 0)
) with (fillfactor = 50);
comment on table inv.sku is
  'One row per SKU that has stock: the lock of its counters, their version, the rules of selling it';
comment on column inv.sku.ver is
  'Raised by 1 with every change of a counter; gap-free; shared by ledger, events and Redis';
comment on column inv.sku.queue_live is
  'People waiting or offered; while above 0 only offers of the queue take units';
comment on column inv.sku.limit_qty is
  'Units one customer may have in holds and orders of one bucket; null: no limit';
comment on column inv.sku.limit_bucket is 'Bucket that counts now: all, drop:<id> or day:<date>';
comment on column inv.sku.returns_free_limit is 'Whether a returned unit may be bought again within the limit';
comment on column inv.sku.low_at is 'Units at or below which search shows the item as low';

create table inv.stock (
  sku       text not null,
  loc       smallint not null,
  on_hand   integer not null default 0,
  held      integer not null default 0,
  committed integer not null default 0,
  safety    integer not null default 0,
  primary key (sku, loc),
  constraint stock_not_oversold check (
    on_hand >= 0 and held >= 0 and committed >= 0 and safety >= 0 and held + committed <= on_hand)
) with (fillfactor = 50); -- no index on a counter: updates stay in the page
comment on table inv.stock is
  'Units per SKU and location. Available = on_hand - held - committed - safety over sellable locations, signed';
comment on column inv.stock.on_hand is 'Units in the building';
comment on column inv.stock.held is 'Units of holds that have not ended';
comment on column inv.stock.committed is 'Units of allocated orders, neither cancelled nor shipped';
comment on column inv.stock.safety is 'Units kept from shoppers, for counting errors and the like';

create type inv.hold_state as enum (
  'PREPARED', 'ACTIVE', 'PAYING', 'CLOSING', 'CONFIRMED', 'RELEASED', 'EXPIRED', 'VOID');

create table inv.hold (
  id             uuid primary key,
  kind           text not null default 'cart' check (kind in ('cart', 'offer', 'part')),
  customer       text not null,
  state          inv.hold_state not null,
  req_hash       bytea,
  ttl_s          integer not null,
  home           smallint not null default 0,
  parts          smallint[] not null default '{}',
  created_at     timestamptz not null default clock_timestamp(),
  expires_at     timestamptz not null,
  max_expires_at timestamptz not null,
  due_at         timestamptz,
  attempt        smallint not null default 0,
  currency       text,
  total_minor    bigint,
  refusal        jsonb,
  ends_as        inv.hold_state check (ends_as in ('RELEASED', 'EXPIRED')),
  close_tries    smallint not null default 0,
  constraint hold_live_is_due check ((due_at is null) = (state in ('CONFIRMED', 'RELEASED', 'EXPIRED', 'VOID')))
) with (fillfactor = 70);
comment on table inv.hold is
  'One request for units, granted or refused (VOID). The id is the idempotency key of the client';
comment on column inv.hold.customer is 'Subject of the token: an account or a guest';
comment on column inv.hold.req_hash is
  'SHA-256 of the canonical request and the customer; null: void row of the sweeper, no request was seen';
comment on column inv.hold.ttl_s is 'Seconds asked for at first';
comment on column inv.hold.home is 'Instance that decides over a cart of several instances';
comment on column inv.hold.parts is 'The other instances of such a cart';
comment on column inv.hold.due_at is 'When the sweeper must act next; null when ended';
comment on column inv.hold.attempt is 'Payments begun';
comment on column inv.hold.total_minor is 'Minor units of currency; never changes';
comment on column inv.hold.refusal is
  'What could not be had: of a VOID row all of it, of a partial hold the lines that are short';
comment on column inv.hold.ends_as is 'While CLOSING: what it becomes when no money can come any more';
comment on column inv.hold.close_tries is 'While CLOSING: unanswered questions to the provider';
create index hold_due on inv.hold (due_at) where state in ('PREPARED', 'ACTIVE', 'PAYING', 'CLOSING');
create index hold_recent on inv.hold (created_at);

create table inv.hold_line (
  hold_id          uuid not null,
  sku              text not null,
  loc              smallint not null,
  qty              integer not null check (qty > 0),
  unit_price_minor bigint not null check (unit_price_minor >= 0),
  ver_at_hold      bigint not null,
  limit_bucket     text,
  primary key (hold_id, sku, loc)
);
comment on table inv.hold_line is 'Units of a hold; they stay as they are when it ends';
comment on column inv.hold_line.unit_price_minor is 'Minor units of the currency of the hold';
comment on column inv.hold_line.ver_at_hold is 'Version of the SKU that took the units';
comment on column inv.hold_line.limit_bucket is
  'Bucket of inv.customer_usage that counts the units; null: no limit when they were taken';

create table inv.stock_ledger (
  id          bigint generated always as identity primary key,
  tx          xid8 not null default pg_current_xact_id(),
  sku         text not null,
  loc         smallint not null,
  ver         bigint not null,
  kind        text not null check (kind in (
    'receive', 'adjust', 'safety', 'transfer', 'hold', 'release', 'expire', 'confirm', 'cancel', 'ship', 'return')),
  d_on_hand   integer not null default 0,
  d_held      integer not null default 0,
  d_committed integer not null default 0,
  d_safety    integer not null default 0,
  ref         text,
  actor       text,
  at          timestamptz not null default clock_timestamp(),
  unique (sku, loc, ver)
);
comment on table inv.stock_ledger is
  'Every change of a counter, for ever: each counter of inv.stock is the sum of its column';
comment on column inv.stock_ledger.tx is 'Transaction that changed the counter';
comment on column inv.stock_ledger.ref is
  'What it was done for: a hold, an order, a delivery, a reason; batch: several holds, named by the event of this ver';
comment on column inv.stock_ledger.actor is 'Who did it; null: the shop itself';

create table inv.customer_usage (
  sku       text,
  customer  text,
  bucket    text,
  qty       integer not null,
  limit_qty integer not null,
  primary key (sku, customer, bucket),
  constraint usage_within_limit check (qty between 0 and limit_qty)
) with (fillfactor = 70);
comment on table inv.customer_usage is 'Units of a customer in holds and orders, per SKU with a limit and bucket';
comment on column inv.customer_usage.limit_qty is
  'The limit when the last units were taken: a lower limit later takes nothing away';

create function inv.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%.% is append-only: write a row that takes the other one back', tg_table_schema, tg_table_name
    using errcode = '42501';
end $$;
create trigger stock_ledger_append_only before update or delete or truncate on inv.stock_ledger
  for each statement execute function inv.refuse_change();
