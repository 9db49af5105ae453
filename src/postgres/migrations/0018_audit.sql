-- What people of the shop have done, also where no counter of stock changes: the ledger tells only of units.

set local lock_timeout = '5s';

create schema if not exists auth;

create table auth.audit (
  id         bigint generated always as identity primary key,
  actor      text not null check (actor <> ''),
  action     text not null,
  target     text not null,
  reason     text not null check (reason <> ''),
  request_id text,
  at         timestamptz not null default clock_timestamp()
);
comment on table auth.audit is 'Every write of administration, in the transaction of its effect; append-only';
comment on column auth.audit.actor is 'Subject of the token';
comment on column auth.audit.action is 'What was done, such as stock.adjust';
comment on column auth.audit.target is 'To what: a SKU, the id of a hold, order or return';
comment on column auth.audit.request_id is 'As in the log; null: from the command line';
create index audit_target on auth.audit (target, id);

create trigger audit_append_only before update or delete or truncate on auth.audit
  for each statement execute function inv.refuse_change();
