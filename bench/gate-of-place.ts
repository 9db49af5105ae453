/** The admission gate of a benchmark, over the Redis and the database of its place. */
import type { OpenGate } from '../src/orders/create-gate.ts'
import { createGate } from '../src/orders/create-gate.ts'
import { gateInPostgres } from '../src/orders/gate-in-postgres.ts'
import { connectGate } from '../src/redis/connection.ts'
import { createMetrics, type Metrics } from '../src/telemetry/metrics.ts'
import { until } from '../stack/wait.ts'
import type { Place } from './place.ts'

const PATIENCE_MS = 10_000

export async function withGate<T>(
  place: Place,
  work: (gate: OpenGate & { readonly metrics: Metrics }) => Promise<T>,
): Promise<T> {
  const { pool, setting, names } = place
  const connection = connectGate(
    {
      urls: [setting.urls.redis],
      isCluster: false,
      name: 'bench',
      commandTimeoutMs: PATIENCE_MS,
      onError: () => undefined, // what fails is told by the script that fails
    },
    Math.random,
  )
  try {
    const ask = () => Promise.resolve(connection.status === 'ready' ? true : undefined)
    await until('Redis is connected', ask, { deadlineMs: PATIENCE_MS })
    const metrics = createMetrics(['inv_'])
    const gate = createGate({
      connection,
      prefix: names.redisPrefix,
      ...gateInPostgres(pool),
      metrics,
      now: () => performance.now(),
    })
    await gate.epochs.refresh()
    return await work({ ...gate, metrics })
  } finally {
    connection.disconnect()
  }
}
