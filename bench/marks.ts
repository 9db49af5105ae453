/** Prices that no item has had: by them a change is recognised in search. They only grow. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '../src/postgres/pool.ts'
import type { Place } from './place.ts'

/** Far above every price of the synthetic catalogue. */
const FIRST = 1_000_000_000
const LOOK_MS = 15
const DEADLINE_MS = 120_000

/** Reserve `count` marks. @returns the first */
export async function nextMarks(pool: Pool, count: number): Promise<number> {
  await pool.query(`create sequence if not exists bench_mark start ${FIRST}`)
  const { rows } = await pool.query<{ first: string }>(
    `select setval('bench_mark', nextval('bench_mark') + $1::bigint) - $1::bigint as first`,
    [count],
  )
  return Number(rows[0]?.first)
}

/** Items that search shows with a mark from `first` on. */
export async function countFrom({ client, names }: Place, first: number): Promise<number> {
  const query = { range: { price: { gte: first } } }
  return (await client.count({ index: names.itemsAlias, query })).count
}

/** @throws Error when search does not show `count` marks in time */
export async function untilCount(place: Place, first: number, count: number): Promise<void> {
  const endsAt = performance.now() + DEADLINE_MS
  while ((await countFrom(place, first)) < count) {
    place.setting.signal.throwIfAborted()
    if (performance.now() > endsAt)
      throw new Error(`${count} changes are not searchable after ${DEADLINE_MS / 1_000} s`)
    await sleep(LOOK_MS)
  }
}
