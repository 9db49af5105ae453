/**
 * Connections to Postgres with a deadline on everything: connecting, waiting for a free connection, each
 * statement, each lock.
 */
import pg from 'pg'

export type { Pool, PoolClient } from 'pg'

export type PoolOptions = {
  readonly url: string
  /** Shown in pg_stat_activity; must not match `synchronous_standby_names`. */
  readonly applicationName: string
  /** Most connections. */
  readonly size: number
  readonly statementTimeoutMs: number
}

/** Waiting for a connection longer than this is an overload or a dead server, not patience. */
const CONNECT_TIMEOUT_MS = 2_000

/** bigint as text: ids beyond 2^53 stay exact, and JSON carries ids as text anyway. Counts are cast in SQL. */
export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.size,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs + 1_000, // a frozen server never times out by itself
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 5_000,
    keepAlive: true,
    allowExitOnIdle: false,
  })
  // An idle connection that breaks raises here; the next query gets a fresh one, so nothing is to be done.
  pool.on('error', () => undefined)
  // One that breaks while it is in use raises too, beside the failure of its query, and would end the process.
  pool.on('connect', (connection) => connection.on('error', () => undefined))
  return pool
}

/**
 * Run `work` inside one transaction; roll back when it throws.
 * @throws whatever `work` throws
 */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: pg.PoolClient) => Promise<T>): Promise<T> {
  const tx = await pool.connect()
  let broken: Error | undefined
  try {
    await tx.query('begin')
    const result = await work(tx)
    await tx.query('commit')
    return result
  } catch (thrown) {
    await tx.query('rollback').catch((error: Error) => {
      broken = error // the connection is unusable: do not give it back to the pool
    })
    throw thrown
  } finally {
    tx.release(broken)
  }
}
