/** What the commands about stock work with: Postgres, and the gate in Redis, each checked before anything is done. */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { LRUCache } from 'lru-cache'
import { namesFor } from '../../catalog/names.ts'
import { EXIT } from '../../command/command.ts'
import type { Config } from '../../config.ts'
import { gateServers } from '../../config-orders.ts'
import { ExitError, messageOf } from '../../errors.ts'
import { createGate, type OpenGate } from '../../orders/create-gate.ts'
import { gateInPostgres } from '../../orders/gate-in-postgres.ts'
import type { ComparingParts } from '../../orders/reconcile-in-postgres.ts'
import { pendingMigrations } from '../../postgres/migrate.ts'
import { createPool, type Pool } from '../../postgres/pool.ts'
import { connectGate } from '../../redis/connection.ts'
import { createMetrics } from '../../telemetry/metrics.ts'

export type OpenStock = {
  readonly pool: Pool
  readonly open: OpenGate
  readonly comparing: ComparingParts
  close(): Promise<void>
}

/** Of every command here: no answer is not the same as an answer that something is wrong. */
export const EXIT_ERROR = EXIT.usage
export const ERROR_MEANS = 'the command line is wrong, or a server does not answer'

const CONNECT_MS = 3_000
const GATE_TIMEOUT_MS = 5_000
const SKUS_REMEMBERED = 1_000
/** The checks of a large shop read whole tables. */
const STATEMENT_TIMEOUT_MS = 3_600_000

/** @throws ExitError(2) when Postgres does not answer, or has not the tables of this version */
export async function openPostgres(config: Config): Promise<Pool> {
  const pool = createPool({
    url: config.DATABASE_URL,
    applicationName: 'aisle-orders',
    size: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  try {
    const pending = await pendingMigrations(pool)
    if (pending.length === 0) return pool
    throw new ExitError(EXIT_ERROR, `the database lacks ${pending.join(', ')}: run bin/aisle migrate first`)
  } catch (thrown) {
    await pool.end()
    if (thrown instanceof ExitError) throw thrown
    throw new ExitError(EXIT_ERROR, `Postgres does not answer (${messageOf(thrown)}): check DATABASE_URL`, {
      cause: thrown,
    })
  }
}

/** @throws ExitError(2) as above, and when Redis does not answer */
export async function openStock(config: Config): Promise<OpenStock> {
  const pool = await openPostgres(config)
  const metrics = createMetrics(['inv_'])
  const errors: unknown[] = []
  const connection = connectGate(
    {
      ...gateServers(config),
      name: 'aisle-orders',
      commandTimeoutMs: GATE_TIMEOUT_MS,
      onError: (error) => errors.push(error),
    },
    Math.random,
  )
  const close = async () => {
    connection.disconnect()
    await pool.end()
  }
  const open = createGate({
    connection,
    prefix: namesFor(config.AISLE_NAMESPACE).redisPrefix,
    metrics,
    now: () => performance.now(),
    ...gateInPostgres(pool),
    onError: (error) => errors.push(error),
  })
  try {
    await once(connection, 'ready', { signal: AbortSignal.timeout(CONNECT_MS) })
    await open.epochs.refresh()
  } catch {
    // told below, with what Redis or the way to it said
  }
  if (open.epochs.current(0) === null) {
    await close()
    const said = errors.length > 0 ? messageOf(errors[0]) : `nothing within ${CONNECT_MS / 1_000} s`
    throw new ExitError(EXIT_ERROR, `Redis does not answer (${said}): check REDIS_URL`)
  }
  const comparing: ComparingParts = {
    ...{ pool, metrics, stock: open.stock, random: Math.random, newRun: randomUUID },
    passes: new LRUCache({ max: SKUS_REMEMBERED }),
  }
  return { pool, open, comparing, close }
}
