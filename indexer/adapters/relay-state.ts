/**
 * What the event relay keeps in `indexer.state`: what each stream had, and its debts, that is events of the
 * outbox that have to be sent again. A debt is recorded before the reason for it lets the WAL go.
 */
import { z } from 'zod'
import { DEBT_PREFIX } from '../../src/postgres/event-debt.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import type { Written } from './event-publisher.ts'

const WRITTEN_KEY = 'relay/written'
const DROPPED_KEY = `${DEBT_PREFIX}dropped`

const WrittenRow = z.record(z.string(), z.string())

/** What the streams had, as last recorded. */
export async function readWritten(pool: Pool): Promise<Written> {
  const { rows } = await pool.query<{ value: unknown }>(
    'select value from indexer.state where key = $1::text',
    [WRITTEN_KEY],
  )
  return new Map(rows[0] ? Object.entries(WrittenRow.parse(rows[0].value)) : [])
}

export async function writeWritten(pool: Pool, written: Written): Promise<void> {
  await pool.query(
    `insert into indexer.state (key, value) values ($1::text, $2::jsonb)
     on conflict (key) do update set value = excluded.value, updated_at = clock_timestamp()`,
    [WRITTEN_KEY, JSON.stringify(Object.fromEntries(written))],
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
