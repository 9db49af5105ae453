/** A lease by a lock of the session: it ends with the work, with the connection, or with the process. */
import type { Pool } from 'pg'

/**
 * Run `work` while this session holds the lock; do nothing when another session has it.
 * @param key any fixed number, one per kind of work in this database
 * @returns whether the work ran
 * @throws whatever `work` throws
 */
export async function holdingLock(pool: Pool, key: bigint, work: () => Promise<void>): Promise<boolean> {
  const session = await pool.connect()
  let broken: Error | undefined
  try {
    const { rows } = await session.query<{ locked: boolean }>(
      'select pg_try_advisory_lock($1::bigint) as locked',
      [key],
    )
    if (!rows[0]?.locked) return false
    try {
      await work()
      return true
    } finally {
      await session.query('select pg_advisory_unlock($1::bigint)', [key]).catch((error: Error) => {
        broken = error // the lock ends with the connection: do not give it back to the pool
      })
    }
  } finally {
    session.release(broken)
  }
}
