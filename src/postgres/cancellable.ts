/**
 * A read that ends when its caller no longer wants it: the server is asked to stop, so that a client that went
 * away leaves no work behind.
 */
import pg, { type Pool, type QueryResultRow } from 'pg'

/**
 * Run one statement.
 * @throws the signal's reason when it aborts
 * @throws pg errors otherwise
 */
export async function readRows<T extends QueryResultRow>(
  pool: Pool,
  sql: string,
  parameters: readonly unknown[],
  signal: AbortSignal,
): Promise<T[]> {
  signal.throwIfAborted()
  const connection = await pool.connect()
  // pg keeps the backend's id on the client and does not type it.
  const backend = (connection as unknown as { processID?: number | null }).processID ?? null
  let cancelling: Promise<unknown> | undefined
  const cancel = () => {
    if (backend === null) return
    // Cancelling is a courtesy: statement_timeout ends the statement when even this cannot reach the server.
    cancelling = pool.query('select pg_cancel_backend($1::integer)', [backend]).catch(() => undefined)
  }
  signal.addEventListener('abort', cancel, { once: true })
  let broken = false
  try {
    signal.throwIfAborted() // while waiting for a free connection
    const { rows } = await connection.query<T>(sql, [...parameters])
    return rows
  } catch (thrown) {
    // Without an answer of the server the statement may still be under way: the next one would wait behind it.
    broken = !(thrown instanceof pg.DatabaseError)
    signal.throwIfAborted()
    throw thrown
  } finally {
    signal.removeEventListener('abort', cancel)
    // A cancellation that is still under way must not meet the next statement of this connection.
    if (cancelling) cancelling.finally(() => connection.release(broken))
    else connection.release(broken)
  }
}

/** SQLSTATE classes of a server that is away, full or stopping; 57014 is a statement that took too long. */
const AWAY_STATES = /^(08|53|57P)|^57014$/

/** Whether Postgres could not be reached or could not answer in time, as opposed to refusing the statement. */
export function isPostgresAway(thrown: unknown): boolean {
  if (thrown instanceof pg.DatabaseError) return AWAY_STATES.test(thrown.code ?? '')
  return thrown instanceof Error // not said by the server: time limits, broken connections, ECONNREFUSED, EPIPE
}

/** Rejects when the signal aborts, for a race: a server that is frozen answers nothing, not even a cancellation. */
export function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
