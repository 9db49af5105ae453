-- The indexer's own durable state. Not in the publication: its writes must not feed back into the stream.

create schema indexer;

create table indexer.state (
  key        text primary key,
  value      jsonb not null,
  updated_at timestamptz not null default now()
);
comment on table indexer.state is 'Clean-stop mark and other small facts, one row each';

create table indexer.job (
  job_id      bigint generated always as identity primary key,
  mapping     text not null,
  source      text not null,
  keys        text[] not null,
  commit_lsn  pg_lsn not null,
  last_id     bigint not null default 0,
  done        bigint not null default 0,
  total       bigint,
  state       text not null default 'waiting' check (state in ('waiting', 'running', 'done')),
  created_at  timestamptz not null default now(),
  finished_at timestamptz,
  unique (mapping, source, keys, commit_lsn)
);
comment on table indexer.job is 'Fan-out jobs: a changed row that touches many documents. Written before the commit is acknowledged';
comment on column indexer.job.keys is 'Key values of the changed rows, as text';
comment on column indexer.job.last_id is 'Highest document id whose write is durable';
create index job_open on indexer.job (job_id) where state <> 'done';
