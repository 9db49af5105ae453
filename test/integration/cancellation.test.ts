/** Work that nobody waits for any longer ends on the servers too. */
import { expect, test } from 'vitest'
import { readRows } from '../../src/postgres/cancellable.ts'
import { useDatabase } from '../support/database.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('cancellation')

/** Statements of this test that Postgres is running. */
async function running(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*)::integer as n from pg_stat_activity
      where datname = current_database() and state = 'active' and query like '%pg_sleep(60)%'
        and pid <> pg_backend_pid()`,
  )
  return rows[0]?.n ?? 0
}

test('a read whose caller gives up ends in Postgres, and its connection can be used again', async () => {
  const caller = new AbortController()
  const reason = new Error('gave up')
  const read = readRows(database.pool, 'select pg_sleep(60)', [], caller.signal)
  const outcome = expect(read).rejects.toBe(reason)
  await waitFor('the read is running', async () => (await running()) === 1)
  caller.abort(reason)
  await outcome
  await waitFor('the read has ended', async () => (await running()) === 0)
  const signal = AbortSignal.timeout(5_000)
  expect(await readRows(database.pool, 'select 1 as one', [], signal)).toEqual([{ one: 1 }])
})
