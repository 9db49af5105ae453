/**
 * What the event relay keeps in `indexer.state`: what each stream ends with, and its debts, that is events of the
 * outbox that have to be sent again. A debt is recorded before the reason for it lets the WAL go.
 */
import { z } from 'zod'
import type { Pool } from '../../src/postgres/pool.ts'
import type { Written } from './event-publisher.ts'

const WRITTEN_KEY = 'relay/written'
const DEBT_PREFIX = 'relay/debt/'
const DROPPED_KEY = `${DEBT_PREFIX}dropped`

const WrittenRow = z.object({ origin: z.string(), positions: z.record(z.string(), z.string()) })

/** What the streams end with, as last recorded; empty for another origin. */
export async function readWritten(pool: Pool, origin: string): Promise<Written> {
  const { rows } = await pool.query<{ value: unknown }>(
    'select value from indexer.state where key = $1::text',
    [WRITTEN_KEY],
  )
  const found = rows[0] ? WrittenRow.parse(rows[0].value) : null
  return new Map(found?.origin === origin ? Object.entries(found.positions) : [])
}

export async function writeWritten(pool: Pool, origin: string, written: Written): Promise<void> {
  await pool.query(
    `insert into indexer.state (key, value) values ($1::text, $2::jsonb)
     on conflict (key) do update set value = excluded.value, updated_at = clock_timestamp()`,
    [WRITTEN_KEY, JSON.stringify({ origin, positions: Object.fromEntries(written) })],
  )
}

const DebtRow = z.object({
  /** null: of all topics. */
  topic: z.string().nullable(),
  /** Transactions from this id on, text. */
  from_tx: z.string(),
  /** Rows written from this time on; null: whatever their age. */
  since: z.string().nullable(),
  /** Transactions below this id; null: it has not begun. */
  before_tx: z.string().nullable(),
  /** Rows above this id. */
  last_id: z.string(),
})

/** Rows of the outbox to send again. `key` is its row in `indexer.state`. */
export type Debt = z.infer<typeof DebtRow> & { readonly key: string }

export async function readDebts(pool: Pool): Promise<Debt[]> {
  const { rows } = await pool.query<{ key: string; value: unknown }>(
    'select key, value from indexer.state where starts_with(key, $1::text) order by updated_at, key',
    [DEBT_PREFIX],
  )
  return rows.map(({ key, value }) => ({ key, ...DebtRow.parse(value) }))
}

/**
 * Events of memory are let go: everything from this transaction on is owed. A debt that is open, also one that is
 * being paid, begins anew at the lower of the two.
 */
export async function oweDropped(pool: Pool, fromTx: bigint): Promise<void> {
  await pool.query(
    `insert into indexer.state as s (key, value)
     values ($1::text, jsonb_build_object('topic', null, 'from_tx', $2::text, 'since', null, 'before_tx', null,
       'last_id', '0'))
     on conflict (key) do update
       set value = excluded.value || jsonb_build_object('from_tx',
             least((s.value->>'from_tx')::numeric, $2::text::numeric)::text),
           updated_at = clock_timestamp()`,
    [DROPPED_KEY, String(fromTx)],
  )
}

/**
 * A stream has lost entries. A debt of it that is open grows by this one and begins anew.
 * @param since ISO time of the oldest row to send; null: as many of the last rows as a stream keeps
 * @param kept  rows looked at, of all topics, counted from the newest
 */
export async function oweTopic(pool: Pool, topic: string, since: string | null, kept: number): Promise<void> {
  await pool.query(
    `insert into indexer.state as s (key, value)
     select $1::text, jsonb_build_object('topic', $2::text, 'from_tx', '0', 'since', $3::text, 'before_tx', null,
       'last_id', greatest(0, coalesce(max(o.id), 0) - $4::bigint)::text)
       from (select id from outbox order by at desc, id desc limit 1) o
     on conflict (key) do update
       set value = excluded.value || jsonb_build_object(
             'since', case when s.value->>'since' <= excluded.value->>'since' then s.value->'since'
                           when s.value->>'since' is not null then excluded.value->'since' end,
             'last_id', least((s.value->>'last_id')::bigint, (excluded.value->>'last_id')::bigint)::text),
           updated_at = clock_timestamp()`,
    [`${DEBT_PREFIX}topic/${topic}`, topic, since, kept],
  )
}

/**
 * A slot is about to be made: rows of before are not in its stream. All of them are owed, as many of the last as a
 * stream keeps.
 */
export async function oweBeforeSlot(pool: Pool, kept: number): Promise<void> {
  await pool.query(
    `insert into indexer.state (key, value)
     select $1::text, jsonb_build_object('topic', null, 'from_tx', '0', 'since', null, 'before_tx', null,
       'last_id', greatest(0, coalesce(max(o.id), 0) - $2::bigint)::text)
       from (select id from outbox order by at desc, id desc limit 1) o
     on conflict (key) do update set value = excluded.value, updated_at = clock_timestamp()`,
    [`${DEBT_PREFIX}slot`, kept],
  )
}

/** From here on it is being paid: up to this transaction. @returns false: it was changed meanwhile */
export async function beginDebt(pool: Pool, debt: Debt, beforeTx: bigint): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update indexer.state set value = value || jsonb_build_object('before_tx', $3::text)
      where key = $1::text and value = $2::jsonb`,
    [debt.key, jsonOf(debt), String(beforeTx)],
  )
  return rowCount === 1
}

/** Rows up to this id are sent. @returns false: it was changed meanwhile */
export async function advanceDebt(pool: Pool, debt: Debt, lastId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update indexer.state set value = value || jsonb_build_object('last_id', $3::text)
      where key = $1::text and value = $2::jsonb`,
    [debt.key, jsonOf(debt), lastId],
  )
  return rowCount === 1
}

/** It is paid, unless it was changed meanwhile. */
export async function clearDebt(pool: Pool, debt: Debt): Promise<void> {
  await pool.query('delete from indexer.state where key = $1::text and value = $2::jsonb', [
    debt.key,
    jsonOf(debt),
  ])
}

function jsonOf({ key: _key, ...value }: Debt): string {
  return JSON.stringify(value)
}
