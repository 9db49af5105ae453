/**
 * A consumer as a process of a test: counts each event in a table, once. Told to, it kills itself: at the n-th event
 * before the commit of its effect, or after it and before its answer to Redis.
 * Arguments: URL of Postgres, URL of Redis, stream, moment (`effect`, `answer`, `never`), n.
 */

import { consume } from '../../src/events/consumer.ts'
import { markHandled } from '../../src/events/handled.ts'
import { createPool, inTransaction } from '../../src/postgres/pool.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'

const [postgresUrl = '', redisUrl = '', stream = '', moment = '', count = ''] = process.argv.slice(2)
const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())

const pool = createPool({
  url: postgresUrl,
  applicationName: 'aisle-test',
  size: 2,
  statementTimeoutMs: 10_000,
})
const connection = connectRedis(
  { url: redisUrl, name: 'test', commandTimeoutMs: 5_000, pipelining: false, onError: () => undefined },
  Math.random,
)
let left = Number(count)
const dieAt = (now: string): void => {
  if (moment === now && left <= 0) process.kill(process.pid, 'SIGKILL')
}

await consume(
  {
    name: 'counting',
    topic: 'stock',
    types: ['stock.changed'],
    handle: async (events) => {
      await inTransaction(pool, async (tx) => {
        const fresh = await markHandled(
          tx,
          'counting',
          events.map((event) => event.event_id),
        )
        await tx.query('insert into effect (event_id) select unnest($1::text[])', [[...fresh]])
        left -= events.length
        dieAt('effect')
      })
      dieAt('answer')
    },
  },
  {
    connection,
    consumer: String(process.pid),
    stream,
    pool,
    metrics: createMetrics(['events_', 'dead_letters']),
    log: createLogger('test', 'warn'),
    now: () => performance.now(),
    plan: { pausesMs: [100], attempts: 100, claimMs: 150 },
    lookMs: 50,
  },
  stop.signal,
)
connection.disconnect()
await pool.end()
