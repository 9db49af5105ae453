-- What the consumers of domain events keep: which events had their effect, and which could not be handled.

set local lock_timeout = '5s';

create schema events;

create table events.handled (
  consumer text,
  event_id text,
  at       timestamptz not null default clock_timestamp(),
  primary key (consumer, event_id)
);
comment on table events.handled is
  'Events whose effect is done, written in the transaction of the effect: an event that comes again has none';
comment on column events.handled.event_id is 'Id of the row in the outbox';
create index handled_at on events.handled (at);

create table events.dead_letter (
  consumer text,
  event_id text,
  topic    text not null,
  key      text not null,
  type     text not null,
  entry    jsonb not null check (jsonb_typeof(entry) = 'object'),
  error    text not null,
  attempts integer not null,
  state    text not null default 'open' check (state in ('open', 'retry', 'done', 'dropped')),
  actor    text,
  reason   text,
  at       timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (consumer, event_id),
  constraint ended_with_state check ((ended_at is null) = (state in ('open', 'retry'))),
  constraint dropped_with_reason check (state <> 'dropped' or coalesce(actor <> '' and reason <> '', false))
);
comment on table events.dead_letter is 'Events that a consumer gave up on; its stream went on without them';
comment on column events.dead_letter.event_id is
  'Id of the row in the outbox; of an entry without one, its id in the stream';
comment on column events.dead_letter.entry is 'Fields of the entry in the stream, texts; the payload is JSON text';
comment on column events.dead_letter.error is 'Why the last attempt failed; no row values';
comment on column events.dead_letter.state is
  'open: waits for a person; retry: the consumer tries again; done: a retry had its effect; dropped: a person said so';
comment on column events.dead_letter.actor is 'Who asked for the retry or dropped it';
comment on column events.dead_letter.at is 'When it was given up last';
create index dead_letter_open on events.dead_letter (topic, at) where state in ('open', 'retry');

-- A topic becomes part of a key in Redis.
alter table outbox add constraint outbox_topic check (topic ~ '^[a-z][a-z0-9_]{0,30}$');
