/**
 * The days of the outbox. Each is a partition, named after its day in UTC; a row whose day has none goes to the DEFAULT
 * partition, and moves when the day is made.
 *
 * D1 A row that is owed to Redis stays: a day goes only when the slot of the relay has passed all of it and no debt is
 *    open.
 * D2 Inserts go on and none fails: what they would have to wait for is given up after LOCK_MS and tried again later.
 * D3 A row that moves is published once, as the insert it was.
 */
import { DEBT_PREFIX } from './event-debt.ts'
import { inTransaction, type Pool, type PoolClient } from './pool.ts'

/** A day as in the name of its partition, such as 20261231. */
export type Day = string

/**
 * What is there and what is to be done, by the clock of Postgres. `ahead`: days without a gap after today. `missing`: of
 * today, the days ahead, and the first one of which rows are in the DEFAULT partition. `old`: ended long enough ago.
 */
export type OutboxDays = {
  readonly ahead: number
  readonly kept: number
  readonly missing: readonly Day[]
  readonly old: readonly Day[]
}

/** An insert behind our lock waits this long at most: a tenth of what it would wait for anybody's. */
const LOCK_MS = 200
/** Rows of a day under way that are moved: 50,000 take 0.5 s, in which inserts of that day wait. */
const MOVED_MAX = 20_000
/** Rows of one statement: far below the time that a statement has. */
const MOVED_AT_ONCE = 50_000

/**
 * @param ahead days after today that are wanted
 * @param keep  days after its end for which a day stays
 */
export async function readOutboxDays(pool: Pool, ahead: number, keep: number): Promise<OutboxDays> {
  const { rows } = await pool.query<OutboxDays>(
    `with clock as (select (clock_timestamp() at time zone 'utc')::date as today
     ), made as (
       select to_date(substr(c.relname, 8), 'YYYYMMDD') as day
         from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'outbox'::regclass and c.relname ~ '^outbox_[0-9]{8}$'
     ), wanted as (
       select today + i as day from clock, generate_series(0, $1::integer) as i
        union
       select (min(d.at) at time zone 'utc')::date from outbox_default d
     )
     select (select coalesce(min(g.i), $1::integer + 1) - 1
               from clock, generate_series(1, $1::integer) as g (i)
              where today + g.i not in (select day from made))::integer as ahead,
            (select count(*) from made, clock where day < today)::integer as kept,
            array(select to_char(day, 'YYYYMMDD') from wanted
                   where day is not null and day not in (select day from made) order by day desc) as missing,
            array(select to_char(day, 'YYYYMMDD') from made, clock
                   where day < today - $2::integer order by day) as old`,
    [ahead, keep],
  )
  return rows[0] ?? { ahead: 0, kept: 0, missing: [], old: [] }
}

/**
 * Make the partition of a day, with the rows of it that are in the DEFAULT partition.
 * @returns `later`: it is under way and has more rows there than can be moved in a moment; they wait for its end; `busy`: a lock was
 *   not to be had
 */
export function makeOutboxDay(pool: Pool, day: Day): Promise<'made' | 'later' | 'busy'> {
  return unlessBusy(pool, async (tx) => {
    const { from, to, partition } = boundsOf(day)
    // conflicts with itself: one maker at a time; inserts do not conflict with it
    await tx.query('lock table outbox in share update exclusive mode')
    if (await isThere(tx, partition)) return 'made'
    const { isTooMuch, isWritten } = await readDay(tx, from, to)
    if (isTooMuch) return 'later'
    // a row that was on its way to the DEFAULT partition would find it closed to its day: nobody may be on the way
    if (isWritten) await tx.query('lock table outbox in access exclusive mode')
    await tx.query('lock table outbox_default in access exclusive mode')
    // attached only when its rows are in it: in a table that is not published, their insert is not told again
    await tx.query(
      `create table ${partition} (like outbox including defaults including constraints including indexes)`,
    )
    await moveRows(tx, partition, from, to)
    await tx.query(
      `alter table outbox attach partition ${partition} for values from ('${from}') to ('${to}')`,
    )
    return 'made'
  })
}

/**
 * Drop a day that is over.
 * @param slot of the relay, in this database
 * @returns `owed`: the relay has not passed it, or a debt is open; `busy`: a lock was not to be had
 */
export function dropOutboxDay(pool: Pool, day: Day, slot: string): Promise<'dropped' | 'owed' | 'busy'> {
  return unlessBusy(pool, async (tx) => {
    const { partition } = boundsOf(day)
    if (!(await isThere(tx, partition))) return 'dropped'
    await tx.query(`lock table ${partition} in share mode`) // whoever was writing into it has ended
    // in this order: what the relay lets go it records as a debt before the slot passes it
    if (!(await hasSlotPassed(tx, partition, slot)) || (await isAnyOwed(tx))) return 'owed'
    await tx.query(`drop table ${partition}`)
    return 'dropped'
  })
}

/** `isWritten`: rows of this day may come at any moment; an hour is far longer than a transaction of the product. */
async function readDay(tx: PoolClient, from: string, to: string) {
  const { rows } = await tx.query<{ isWritten: boolean; isTooMuch: boolean }>(
    `select clock_timestamp() between $1::timestamptz - interval '1 hour' and $2::timestamptz + interval '1 hour'
              as "isWritten",
            clock_timestamp() < $2::timestamptz + interval '1 hour'
              and (select count(*) from (select from outbox_default d
                    where d.at >= $1::timestamptz and d.at < $2::timestamptz limit $3::integer) found) = $3::integer
              as "isTooMuch"`,
    [from, to, MOVED_MAX],
  )
  return rows[0] ?? { isWritten: true, isTooMuch: false }
}

async function moveRows(tx: PoolClient, partition: string, from: string, to: string): Promise<void> {
  for (let moved = MOVED_AT_ONCE; moved === MOVED_AT_ONCE; ) {
    const { rowCount } = await tx.query(
      `with gone as (
         delete from outbox_default d where (d.at, d.id) in (
           select f.at, f.id from outbox_default f
            where f.at >= $1::timestamptz and f.at < $2::timestamptz order by f.at, f.id limit $3::integer)
         returning d.*
       ) insert into ${partition} select * from gone`,
      [from, to, MOVED_AT_ONCE],
    )
    moved = rowCount ?? 0
  }
}

/**
 * Whether every transaction with rows in the partition ended before what the slot has confirmed: that is so below the
 * slot's catalog_xmin, which follows the oldest transaction that ran at a confirmed position. It has no epoch of 2^32,
 * so it is counted back from an id of now that has one.
 */
async function hasSlotPassed(tx: PoolClient, partition: string, slot: string): Promise<boolean> {
  const { rows } = await tx.query<{ has_passed: boolean | null }>(
    `with clock as (select pg_snapshot_xmin(pg_current_snapshot()) as xid)
     select coalesce((select p.tx from ${partition} p order by p.tx desc limit 1)::text::numeric
              < c.xid::text::numeric - (age(s.catalog_xmin) - age(c.xid::xid)), true) as has_passed
       from pg_replication_slots s, clock c
      where s.slot_name = $1::name and s.database = current_database() and s.catalog_xmin is not null`,
    [slot],
  )
  return rows[0]?.has_passed ?? false
}

async function isAnyOwed(tx: PoolClient): Promise<boolean> {
  const { rows } = await tx.query<{ is_owed: boolean }>(
    'select exists (select from indexer.state s where starts_with(s.key, $1::text)) as is_owed',
    [DEBT_PREFIX],
  )
  return rows[0]?.is_owed ?? true
}

async function isThere(tx: PoolClient, partition: string): Promise<boolean> {
  const { rows } = await tx.query<{ is_there: boolean }>(
    'select to_regclass($1::text) is not null as is_there',
    [partition],
  )
  return rows[0]?.is_there ?? false
}

async function unlessBusy<T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T | 'busy'> {
  try {
    return await inTransaction(pool, async (tx) => {
      await tx.query(`set local lock_timeout = ${LOCK_MS}`)
      return await work(tx)
    })
  } catch (thrown) {
    if ((thrown as { code?: unknown }).code === LOCK_NOT_AVAILABLE) return 'busy'
    throw thrown
  }
}

/** @throws RangeError for anything but a day: it becomes part of statements */
function boundsOf(day: Day): { readonly partition: string; readonly from: string; readonly to: string } {
  const [, year, month, date] = /^(\d{4})(\d{2})(\d{2})$/.exec(day) ?? []
  const start = new Date(`${year}-${month}-${date}T00:00:00Z`)
  if (Number.isNaN(start.getTime())) throw new RangeError(`day: expected such as 20261231, got ${day}`)
  const end = new Date(start.getTime() + DAY_MS)
  return { partition: `outbox_${day}`, from: start.toISOString(), to: end.toISOString() }
}

const DAY_MS = 86_400_000
const LOCK_NOT_AVAILABLE = '55P03'
