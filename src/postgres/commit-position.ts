/** The position of a commit, for the header `Aisle-Lsn` of its reply: a reader that names it sees the write. */
import type { Pool, PoolClient } from 'pg'

/**
 * A position at or after every transaction that has been committed before this call, as text such as `16/B374D848`.
 * Ask after the commit, on any connection to the primary: inside the transaction its commit has no position yet.
 * With `synchronous_commit` on, as everything here runs, a commit that was answered is flushed, so the flushed end
 * is the lowest position that is known to be enough; readers wait the shorter for it.
 * @throws pg errors
 */
export async function readCommitPosition(client: Pool | PoolClient): Promise<string> {
  const { rows } = await client.query<{ lsn: string }>(
    `select case current_setting('synchronous_commit')
              when 'off' then pg_current_wal_insert_lsn()
              else pg_current_wal_flush_lsn()
            end::text as lsn`,
  )
  const row = rows[0]
  if (!row) throw new Error('a select without from gave no row')
  return row.lsn
}
