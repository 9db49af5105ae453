-- Orders and what belongs to them. Money is in minor units of the order's currency.

set local lock_timeout = '5s';

create table inv.orders (
  id             uuid primary key,
  hold_id        uuid not null unique,
  customer       text not null,
  state          text not null check (state in (
    'PENDING_PAYMENT', 'PAID', 'ALLOCATED', 'PARTIALLY_SHIPPED', 'SHIPPED', 'DELIVERED', 'CANCELLED',
    'PAID_UNFULFILLED', 'REFUNDED', 'RETURNED')),
  currency       text not null check (currency ~ '^[A-Z]{3}$'),
  total_minor    bigint not null check (total_minor >= 0),
  paid_minor     bigint not null default 0 check (paid_minor >= 0),
  refunded_minor bigint not null default 0,
  parts_done     smallint[] not null default '{}',
  due_at         timestamptz,
  created_at     timestamptz not null default clock_timestamp(),
  constraint refunds_within_paid check (refunded_minor between 0 and paid_minor)
) with (fillfactor = 70);
comment on table inv.orders is 'One order per hold. The id is the idempotency key of the first pay call';
comment on column inv.orders.paid_minor is 'Money that came, as the provider says: the sum of inv.payment.paid_minor';
comment on column inv.orders.refunded_minor is 'Money promised back: the sum of inv.refund.amount_minor, sent or not';
comment on column inv.orders.parts_done is 'Instances that have confirmed their part of the hold';
comment on column inv.orders.due_at is 'When the worker must act next; null: nothing to do';
create index orders_customer on inv.orders (customer, created_at);
create index orders_created on inv.orders (created_at);
create index orders_due on inv.orders (due_at) where due_at is not null;

create table inv.order_line (
  order_id         uuid not null references inv.orders (id),
  sku              text not null,
  loc              smallint not null,
  qty              integer not null check (qty > 0),
  unit_price_minor bigint not null check (unit_price_minor >= 0),
  cancelled        integer not null default 0 check (cancelled >= 0),
  shipped          integer not null default 0 check (shipped >= 0),
  returned         integer not null default 0 check (returned >= 0),
  ver_at_confirm   bigint,
  limit_bucket     text,
  primary key (order_id, sku, loc),
  constraint line_within_quantity check (cancelled + shipped <= qty and returned <= shipped)
);
comment on table inv.order_line is 'Units of an order, copied from its hold with the price of the hold';
comment on column inv.order_line.ver_at_confirm is
  'Version of the SKU that moved the units from held to committed; null before';
comment on column inv.order_line.limit_bucket is 'As in inv.hold_line';
create index order_line_open on inv.order_line (sku, loc) where cancelled + shipped < qty;

create table inv.payment (
  id           uuid primary key,
  order_id     uuid not null references inv.orders (id),
  attempt      smallint not null check (attempt >= 1),
  provider     text not null,
  provider_ref text unique,
  amount_minor bigint not null check (amount_minor >= 0),
  paid_minor   bigint not null default 0 check (paid_minor >= 0),
  state        text not null check (state in (
    'CREATED', 'PENDING', 'SUCCEEDED', 'DECLINED', 'CANCELLED', 'UNKNOWN')),
  tries        integer not null default 0,
  due_at       timestamptz,
  created_at   timestamptz not null default clock_timestamp(),
  unique (order_id, attempt)
);
comment on table inv.payment is 'Attempts to pay; the row is committed before the provider is called';
comment on column inv.payment.paid_minor is
  'What came, as the provider says; differs from amount_minor only when something is wrong';
comment on column inv.payment.tries is 'Questions to the provider without an answer';
comment on column inv.payment.due_at is 'When the provider is asked next; null: nothing to ask';
create index payment_due on inv.payment (due_at) where due_at is not null;

create table inv.payment_event (
  provider    text not null,
  event_id    text not null,
  type        text not null,
  ref         text not null,
  body        jsonb not null,
  received_at timestamptz not null default clock_timestamp(),
  applied     boolean not null default false,
  primary key (provider, event_id)
);
comment on table inv.payment_event is
  'Webhooks with a good signature. A hint only: state and amount are asked from the provider';
create index payment_event_open on inv.payment_event (received_at) where not applied;

create table inv.return_request (
  id         uuid primary key,
  order_id   uuid not null references inv.orders (id),
  state      text not null check (state in ('REQUESTED', 'APPROVED', 'REJECTED', 'RECEIVED', 'REFUNDED')),
  lines      jsonb not null check (jsonb_typeof(lines) = 'array'),
  reason     text,
  created_at timestamptz not null default clock_timestamp()
);
comment on table inv.return_request is 'Units a customer sends back; a row of its own, since a part may be sent back';
comment on column inv.return_request.lines is 'Array of {sku, qty}; once received {sku, qty, loc, restock}';
create index return_request_order on inv.return_request (order_id);

create table inv.refund (
  id           uuid primary key,
  order_id     uuid not null references inv.orders (id),
  payment_id   uuid not null references inv.payment (id),
  return_id    uuid references inv.return_request (id),
  amount_minor bigint not null check (amount_minor > 0),
  reason       text not null,
  state        text not null check (state in ('REQUESTED', 'SENT', 'DONE', 'FAILED')),
  tries        integer not null default 0,
  due_at       timestamptz,
  created_at   timestamptz not null default clock_timestamp()
);
comment on table inv.refund is 'Money to send back; the id is its key at the provider';
comment on column inv.refund.return_id is 'The return it pays for; null: a cancellation, or money that should not have come';
comment on column inv.refund.tries is 'Calls to the provider';
create index refund_order on inv.refund (order_id);
create index refund_due on inv.refund (due_at) where due_at is not null;

create table inv.shipment (
  id       uuid primary key,
  order_id uuid not null references inv.orders (id),
  lines    jsonb not null check (jsonb_typeof(lines) = 'array'),
  carrier  text,
  tracking text,
  at       timestamptz not null default clock_timestamp()
);
comment on table inv.shipment is 'Parcels';
comment on column inv.shipment.lines is 'Array of {sku, loc, qty}';
create index shipment_order on inv.shipment (order_id);
