/**
 * The worker process: jobs that any number of workers may run, each leased. Wiring only. Its first job keeps the
 * suggestion index. Exit codes: 0 stopped cleanly, 78 configuration, 130 a second signal.
 */
import { randomUUID } from 'node:crypto'
import { readLogPosition } from './cache/log-position.ts'
import { namesFor } from './catalog/names.ts'
import { interruptSignal } from './command/interrupts.ts'
import { type Config, configReport, EXIT_CONFIG } from './config.ts'
import { gateServers, paymentSettings } from './config-orders.ts'
import { jobTimes } from './config-worker.ts'
import { createElasticsearch } from './elasticsearch/client.ts'
import { createReader } from './elasticsearch/reader.ts'
import { messageOf } from './errors.ts'
import { uuidV7 } from './http/ids.ts'
import { listen } from './http/server.ts'
import { startingState } from './http/state.ts'
import { workerProbes } from './http/worker-probes.ts'
import { loadConfig } from './load-config.ts'
import { runOrderJobs } from './orders/connect-jobs.ts'
import { JobBoard } from './orders/job-board.ts'
import { wishedFaults } from './orders/process-faults.ts'
import { createPool } from './postgres/pool.ts'
import { connectRedis } from './redis/connection.ts'
import { cacheKeys } from './redis/keys.ts'
import { keepSuggestions } from './search/suggestions/job.ts'
import { createLogger } from './telemetry/log.ts'
import { createMetrics } from './telemetry/metrics.ts'

/** One for each job that may be at work at a time, and one for suggestions. */
const POOL_SIZE = 8
const CONNECTIONS = 4
const REQUEST_TIMEOUT_MS = 10_000
const STATEMENT_TIMEOUT_MS = 10_000
const REDIS_TIMEOUT_MS = 1_000
/** A scrape that runs at the stop gets this long, ms. */
const FINISH_MS = 1_000

const makeId = () => uuidV7(Date.now(), randomUUID())

/** @returns exit code, once `stop` aborted and everything has ended */
async function run(config: Config, stop: AbortSignal): Promise<number> {
  const log = createLogger('worker', config.AISLE_LOG_LEVEL)
  const metrics = createMetrics(['suggestions_', 'es_', 'inv_', 'payments_', 'outbox_', 'worker_'])
  const client = createElasticsearch({
    url: config.ELASTICSEARCH_URL,
    maxConnections: CONNECTIONS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  })
  const reader = createReader({
    url: config.ELASTICSEARCH_URL,
    maxConnections: CONNECTIONS,
    timeoutMs: REQUEST_TIMEOUT_MS,
  })
  const pool = createPool({
    url: config.DATABASE_URL,
    applicationName: 'aisle-worker',
    size: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  const state = startingState([])
  const times = jobTimes(config)
  const clocks = { now: () => Date.now(), clock: () => performance.now() }
  const board = new JobBoard(metrics, clocks.clock)
  const probes = workerProbes({ metrics, board, state, leaseMs: times.leaseMs })
  const server = await listen(probes, config.AISLE_HOST, config.AISLE_METRICS_PORT)
  state.phase = 'ready'
  log.info({ url: server.url }, 'ready')

  const names = namesFor(config.AISLE_NAMESPACE)
  const redis = connectRedis(
    {
      url: config.REDIS_URL,
      name: 'aisle-worker',
      commandTimeoutMs: REDIS_TIMEOUT_MS,
      pipelining: false,
      onError: () => undefined, // without it suggestions are built all the same
    },
    Math.random,
  )
  const logPosition = () => readLogPosition(redis, cacheKeys(names.redisPrefix))
  const everyMs = config.AISLE_SUGGEST_REBUILD_MS
  await Promise.all([
    keepSuggestions({ client, reader, pool, names, metrics, log, everyMs, logPosition, ...clocks }, stop),
    runOrderJobs(
      {
        ...{ pool, metrics, clock: clocks.clock, newId: makeId, random: Math.random },
        gate: gateServers(config),
        prefix: names.redisPrefix,
        payment: paymentSettings(config),
        faults: wishedFaults(process.env),
        ...{ slot: names.slot, times, board },
        onError: (job, error) => log.warn({ job, cause: messageOf(error) }, 'a job of the order path failed'),
      },
      stop,
    ),
  ])

  log.info('stopping')
  await server.drain(state, { waitMs: 0, finishMs: FINISH_MS })
  redis.disconnect()
  await Promise.all([client.close(), reader.close(), pool.end()])
  log.info('stopped')
  return 0
}

const parsed = loadConfig(process.env, 'other')
if (parsed.ok) {
  process.exitCode = await run(parsed.config, interruptSignal())
} else {
  console.error(configReport(parsed.problems))
  process.exitCode = EXIT_CONFIG
}
