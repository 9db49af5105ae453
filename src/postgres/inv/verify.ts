/**
 * The invariants of the order path, asked of Postgres. Each statement gives the rows that break one, so an empty
 * answer is a proof for that moment: all of them look at one snapshot. I9 and I10 belong to the waiting queue, I12
 * and I13 to the gate.
 */
import { inTransaction, type Pool, type PoolClient } from '../pool.ts'
import { type Check, INVARIANTS, type Invariant } from './verify-check.ts'
import { EVENT_CHECKS } from './verify-events.ts'
import { PROMISE_CHECKS } from './verify-promises.ts'
import { STOCK_CHECKS } from './verify-stock.ts'

/** A row that breaks an invariant; its columns differ from check to check. */
export type Breach = {
  readonly invariant: Invariant
  readonly what: string
  readonly row: Readonly<Record<string, unknown>>
}

/** Rows of one check: who has more than this has one cause. */
const ROWS_MAX = 100

const CHECKS: readonly Check[] = [...STOCK_CHECKS, ...PROMISE_CHECKS, ...EVENT_CHECKS]

export type VerifyOptions = {
  /** Ends the statement that runs. */
  readonly signal?: AbortSignal
  /** Told before each check. @param done checks that are done @param of all of them */
  readonly onCheck?: (done: number, of: number) => void
}

/**
 * Every breach at one moment, at most 100 of each kind. Reads whole tables: minutes on a large shop.
 * @throws the reason of the signal
 */
export async function verifyInventory(pool: Pool, options: VerifyOptions = {}): Promise<Breach[]> {
  const { signal } = options
  return await inTransaction(pool, async (tx) => {
    await tx.query('set transaction isolation level repeatable read, read only')
    await tx.query('set local statement_timeout = 0')
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
    const cancel = () => {
      pool.query('select pg_cancel_backend($1::integer)', [rows[0]?.pid]).catch(() => undefined) // ends by itself then
    }
    signal?.addEventListener('abort', cancel, { once: true })
    try {
      return await findBreaches(tx, INVARIANTS, options)
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }).catch((thrown: unknown) => {
    signal?.throwIfAborted()
    throw thrown
  })
}

/** Breaches as the caller's transaction sees them. */
export async function findBreaches(
  tx: PoolClient,
  invariants: readonly Invariant[],
  { signal, onCheck }: VerifyOptions = {},
): Promise<Breach[]> {
  const breaches: Breach[] = []
  const checks = CHECKS.filter(({ invariant }) => invariants.includes(invariant))
  for (const [done, { invariant, what, sql }] of checks.entries()) {
    signal?.throwIfAborted()
    onCheck?.(done, checks.length)
    const { rows } = await tx.query<Record<string, unknown>>(`${sql} limit ${ROWS_MAX}`)
    breaches.push(...rows.map((row) => ({ invariant, what, row })))
  }
  return breaches
}
