/** The write path of one process over connections of its own, and their end. */
import { createPool } from '../postgres/pool.ts'
import { connectGate, type GateServers } from '../redis/connection.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { connectProvider, type ProviderSettings } from './connect-provider.ts'
import { createOrders, type Orders } from './create-orders.ts'
import { processFaults } from './process-faults.ts'

export type ConnectOrdersOptions = {
  readonly databaseUrl: string
  /** `timeoutMs`: what the gate has not answered by then Postgres decides alone. */
  readonly gate: GateServers & { readonly timeoutMs: number }
  /** Starts every Redis key of this installation. */
  readonly prefix: string
  readonly payment: ProviderSettings
  /** As AISLE_FAULT; '' breaks nothing. */
  readonly faults: string
  readonly metrics: Metrics
  /** Monotonic ms. */
  readonly clock: () => number
  /** UUIDv7 text. */
  readonly newId: () => string
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Told of what goes wrong beside an answer, once a second at most: an outage says the same with every call. */
  readonly onError: (error: unknown) => void
}

/** One for the batch, the others for looking at holds, changing them, and loading the gate. */
const POOL_SIZE = 5
const STATEMENT_TIMEOUT_MS = 5_000
const ERROR_EVERY_MS = 1_000

/** @throws RangeError for faults that are not of their form */
export function connectOrders(options: ConnectOrdersOptions): { orders: Orders; close: () => Promise<void> } {
  const { metrics, clock, newId, random, prefix } = options
  const pool = createPool({
    url: options.databaseUrl,
    applicationName: 'aisle-api-orders',
    size: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  const connection = connectGate(
    {
      urls: options.gate.urls,
      isCluster: options.gate.isCluster,
      name: 'aisle-api-gate',
      commandTimeoutMs: options.gate.timeoutMs,
      onError: () => undefined, // every call that fails for it says so
    },
    random,
  )
  const orders = createOrders({
    pool,
    connection,
    prefix,
    provider: connectProvider(options.payment, { metrics, clock, random }),
    times: options.payment,
    faults: processFaults(options.faults),
    metrics,
    clock,
    setTimer: (run, ms) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    newId,
    random,
    onError: seldom(options.onError, clock),
  })
  return {
    orders,
    close: async () => {
      await orders.drain()
      connection.disconnect()
      await pool.end()
    },
  }
}

function seldom(tell: (error: unknown) => void, clock: () => number): (error: unknown) => void {
  let quietUntil = Number.NEGATIVE_INFINITY
  return (error) => {
    if (clock() < quietUntil) return
    quietUntil = clock() + ERROR_EVERY_MS
    tell(error)
  }
}
