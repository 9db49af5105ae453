/** One `reindex` command at a time: an advisory lock that lives as long as its session. */
import type { Pool } from '../../src/postgres/pool.ts'

/** Any fixed number; it only must not meet another lock of this database. */
const REINDEX_LOCK = 7_265_110_403n

/** @returns a function that gives the lock back, or null: somebody else has it */
export async function tryReindexLock(pool: Pool): Promise<(() => void) | null> {
  const session = await pool.connect()
  const { rows } = await session.query<{ locked: boolean }>(
    'select pg_try_advisory_lock($1::bigint) as locked',
    [REINDEX_LOCK],
  )
  if (rows[0]?.locked) return () => session.release(true) // ends the session, and with it the lock
  session.release()
  return null
}
