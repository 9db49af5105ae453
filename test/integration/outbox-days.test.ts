/** The days of the outbox: made ahead of time beside writers, dropped when nobody is owed a row of them. */
import { expect, onTestFinished, test } from 'vitest'
import { DEBT_PREFIX } from '../../src/postgres/event-debt.ts'
import { dropOutboxDay, makeOutboxDay, readOutboxDays } from '../../src/postgres/outbox-days.ts'
import { useDatabase } from '../support/database.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('outbox_days')
const { pool, namespace } = database
const KEEP = 7

/** @param inDays from today, in UTC @returns as in the name of the partition */
async function day(inDays: number): Promise<string> {
  const { rows } = await pool.query<{ day: string }>(
    `select to_char((now() at time zone 'utc')::date + $1::integer, 'YYYYMMDD') as day`,
    [inDays],
  )
  return rows[0]?.day ?? ''
}

/** Events of a day, one transaction each. @returns their ids */
async function tell(inDays: number, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < count; i += 1) {
    const { rows } = await pool.query<{ id: string }>(
      `insert into outbox (topic, key, ver, type, payload, at)
       values ('stock', 'k', 1, 'stock.changed', '{}', now() + $1::integer * interval '1 day') returning id`,
      [inDays],
    )
    ids.push(rows[0]?.id ?? '')
  }
  return ids
}

/** Ids by the table that they lie in. */
async function idsOf(table: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'select id from outbox where tableoid = to_regclass($1) order by id',
    [table],
  )
  return rows.map(({ id }) => id)
}

const lose = async (inDays: number) => pool.query(`drop table outbox_${await day(inDays)}`)

/** A slot as the relay's. It takes what is written from here on. */
async function makeSlot(name: string): Promise<void> {
  await pool.query(`select pg_create_logical_replication_slot($1::name, 'pgoutput')`, [name])
  onTestFinished(async () => void (await pool.query('select pg_drop_replication_slot($1::name)', [name])))
}

/** Tables of the inserts that the slot has not given yet, in their order, as the relay reads them. */
async function inserts(slot: string): Promise<(string | undefined)[]> {
  const { rows } = await pool.query<{ data: Buffer }>(
    `select data from pg_logical_slot_get_binary_changes($1::name, null, null,
       'proto_version', '1', 'publication_names', 'aisle_catalog')`,
    [slot],
  )
  const ofKind = (kind: string) =>
    rows.map(({ data }) => data).filter((data) => data.toString('latin1', 0, 1) === kind)
  const tables = new Map(
    ofKind('R').map((data) => [data.readUInt32BE(1), data.toString('latin1', 5).split('\0')[1]]),
  )
  return ofKind('I').map((data) => tables.get(data.readUInt32BE(1)))
}

test('days that are missing are made, each with the rows that had no day', async () => {
  for (const inDays of [2, 3, 7]) await lose(inDays)
  const [second, third, before] = [await tell(2, 3), await tell(3, 1), await tell(-2, 2)]
  const rows = () => pool.query('select id, tx, at from outbox order by id')
  const [were, found] = [(await rows()).rows, await readOutboxDays(pool, 7, KEEP)]
  expect(found).toMatchObject({ ahead: 1, missing: await Promise.all([7, 3, 2, -2].map(day)) })
  for (const missing of found.missing) expect(await makeOutboxDay(pool, missing)).toBe('made')
  expect(await readOutboxDays(pool, 7, KEEP)).toMatchObject({ ahead: 7, missing: [], kept: 1 })
  expect(await idsOf(`outbox_${await day(2)}`)).toEqual(second)
  expect(await idsOf(`outbox_${await day(3)}`)).toEqual(third)
  expect(await idsOf(`outbox_${await day(-2)}`)).toEqual(before)
  expect((await rows()).rows).toEqual(were)
})

test('a day is made under the eyes of its writers: none fails, and no row is lost', async () => {
  await lose(0)
  const today = await day(0)
  let [told, isOver] = [0, false]
  const write = async () => {
    for (; !isOver; told += 1) await tell(0, 1)
  }
  const writers = [write(), write(), write()]
  await waitFor('rows without a day', async () => (await idsOf('outbox_default')).length > 50)
  await waitFor('the day is made', async () => (await makeOutboxDay(pool, today)) === 'made')
  const [then] = [told]
  await waitFor('and written to', () => told > then + 50)
  isOver = true
  await Promise.all(writers)
  expect((await idsOf(`outbox_${today}`)).length).toBe(told)
  expect(await idsOf('outbox_default')).toEqual([])
})

test('a row is published once, under the name of the outbox, whichever table it went to and moved to', async () => {
  const slot = `aisle_${namespace}_once`
  await lose(5)
  await makeSlot(slot)
  await tell(5, 3)
  expect(await makeOutboxDay(pool, await day(5))).toBe('made')
  await tell(5, 4)
  expect(await inserts(slot)).toEqual(Array(7).fill('outbox'))
})

test('two makers of one day make it once', async () => {
  await lose(4)
  const missing = await day(4)
  const made = async () => waitFor('it is made', async () => (await makeOutboxDay(pool, missing)) === 'made')
  await Promise.all([made(), made(), made()])
  expect(await readOutboxDays(pool, 7, KEEP)).toMatchObject({ ahead: 7, missing: [] })
})

test('an old day stays until the relay has passed it and no debt is open', async () => {
  const slot = `aisle_${namespace}`
  const old = await day(-20)
  await makeSlot(slot)
  await tell(-20, 3)
  await makeOutboxDay(pool, old)
  expect(await readOutboxDays(pool, 7, KEEP)).toMatchObject({ old: [old] })
  expect(await readOutboxDays(pool, 7, 20)).toMatchObject({ old: [] })
  expect(await dropOutboxDay(pool, old, `${slot}_of_nobody`)).toBe('owed')
  expect(await dropOutboxDay(pool, old, slot)).toBe('owed')
  const debt = `${DEBT_PREFIX}dropped`
  await pool.query(`insert into indexer.state (key, value) values ($1, '{}')`, [debt])
  await waitFor('the slot is past all of it', async () => {
    await pool.query('checkpoint') // logs what runs, which is how a slot learns that it is past it
    await inserts(slot)
    const { rows } = await pool.query<{ is_past: boolean }>(
      `select age((select max(tx::text::bigint) from outbox_${old})::text::xid) > age(catalog_xmin) as is_past
         from pg_replication_slots where slot_name = $1`,
      [slot],
    )
    return rows[0]?.is_past
  })
  expect(await dropOutboxDay(pool, old, slot)).toBe('owed')
  expect((await idsOf(`outbox_${old}`)).length).toBe(3)
  await pool.query('delete from indexer.state where key = $1', [debt])
  expect(await dropOutboxDay(pool, old, slot)).toBe('dropped')
  expect(await readOutboxDays(pool, 7, KEEP)).toMatchObject({ old: [] })
})

test('a lock that somebody holds is given up soon, and those who came after it go on', async () => {
  const session = await pool.connect()
  onTestFinished(() => session.release(true))
  await session.query('begin')
  await session.query(
    `insert into outbox (topic, key, ver, type, payload, at) values ('stock', 'k', 1, 'x', '{}', now() + interval '30 days')`,
  )
  const writes = tell(0, 1)
  expect(await makeOutboxDay(pool, await day(30))).toBe('busy')
  await writes
  await session.query('rollback')
  expect(await makeOutboxDay(pool, await day(30))).toBe('made')
})
