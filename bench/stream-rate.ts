/**
 * The rate of changes that search keeps up with. Postgres itself writes, each change in a transaction of its own; what
 * is written and not searchable yet is counted on the way.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { countFrom, nextMarks, untilCount } from './marks.ts'
import type { Place } from './place.ts'

const SESSIONS = 2
const LOOK_MS = 200

/** @returns changes per second from the first write until all are searchable; how many were behind on the way */
export async function sustain(
  place: Place,
  rate: number,
  seconds: number,
): Promise<{ rate: number; halfway: number; end: number }> {
  const count = rate * seconds
  const first = await nextMarks(place.pool, count)
  const startedAt = performance.now()
  let isWriting = true
  const writing = Promise.all(
    Array.from({ length: SESSIONS }, (_, session) => write(place, first, count, session, rate)),
  ).finally(() => {
    isWriting = false
  })
  writing.catch(() => undefined) // awaited below
  let halfway = 0
  while (isWriting && halfway === 0) {
    await sleep(LOOK_MS)
    const written = await writtenFrom(place, first)
    if (written >= count / 2) halfway = written - (await countFrom(place, first))
  }
  await writing
  const end = count - (await countFrom(place, first))
  await untilCount(place, first, count)
  return { rate: count / ((performance.now() - startedAt) / 1_000), halfway, end }
}

async function writtenFrom({ pool }: Place, first: number): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    'select count(*)::integer as n from items where price_minor >= $1::bigint',
    [first],
  )
  return rows[0]?.n ?? 0
}

/** One session: every change committed by itself, paced, without waiting for the disk. */
async function write(
  { pool }: Place,
  first: number,
  count: number,
  session: number,
  rate: number,
): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('set synchronous_commit = off')
    // No parameters: a block that commits must not run inside a transaction of the driver.
    await client.query(`do $$
      declare
        began timestamptz := clock_timestamp();
        done integer := 0;
      begin
        for i in 0 .. ${count - 1} loop
          continue when i % ${SESSIONS} <> ${session};
          update items set price_minor = ${first} + i where item_id = 1 + i % 100000;
          commit;
          done := done + 1;
          if done % 20 = 0 then
            perform pg_sleep(greatest(0, done * ${SESSIONS / rate} - extract(epoch from clock_timestamp() - began)));
          end if;
        end loop;
      end $$`)
  } finally {
    client.release(true)
  }
}
