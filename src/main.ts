/**
 * The api process: configuration, adapters, services, app, listener, signals. Wiring only. Exit codes: 0 stopped
 * cleanly, 1 running requests had to be cut, 78 configuration, 130 a second signal.
 */
import { randomBytes } from 'node:crypto'
import { namesFor } from './catalog/names.ts'
import { interruptSignal } from './command/interrupts.ts'
import { type Config, configReport, EXIT_CONFIG, parseConfig } from './config.ts'
import { createElasticsearch } from './elasticsearch/client.ts'
import { problem } from './errors.ts'
import { createApp } from './http/app.ts'
import { loadAssets } from './http/assets.ts'
import { classLimits } from './http/classes.ts'
import { uuidV7 } from './http/ids.ts'
import { listen } from './http/server.ts'
import { startingState } from './http/state.ts'
import { checkDependencies, recordLag, repeat } from './http/watch.ts'
import { createPool } from './postgres/pool.ts'
import { readStreamPositions } from './postgres/replication.ts'
import { createSearch } from './search/create-search.ts'
import { indexLag } from './search/index-lag.ts'
import { createLogger } from './telemetry/log.ts'
import { createMetrics } from './telemetry/metrics.ts'

/** Connections to Postgres for reading, per process (operations design 9.2). */
const POOL_SIZE = 6
/** Connections for searching while Elasticsearch is away: they cannot starve the others. */
const DEGRADED_POOL_SIZE = 8
/** Share of a deadline that an answer waits for the index; the rest is for Postgres. */
const PATIENCE_SHARE = 0.5
/** Connections to one Elasticsearch node; the client's default of 256 is more than a node wants. */
const ELASTICSEARCH_CONNECTIONS = 32
const CHECK_EVERY_MS = 2_000
const LAG_EVERY_MS = 1_000
/** Running requests get this long after the listener closed: longer than every deadline, ms. */
const FINISH_MS = 25_000
/** The whole stop takes at most this long, ms. */
const STOP_MS = 30_000

const clock = () => performance.now()
const makeId = () => uuidV7(Date.now(), randomBytes(10))

/** Servers, and what is built on them. Nothing is asked of a server yet. */
function connect(config: Config) {
  const metrics = createMetrics(['http_', 'search_', 'suggest_', 'es_', 'index_lag'])
  const names = namesFor(config.AISLE_NAMESPACE)
  const client = createElasticsearch({
    url: config.ELASTICSEARCH_URL,
    maxConnections: ELASTICSEARCH_CONNECTIONS,
    requestTimeoutMs: config.AISLE_SEARCH_DEADLINE_MS,
  })
  const pool = createPool({
    url: config.DATABASE_URL,
    applicationName: 'aisle-api',
    size: POOL_SIZE,
    statementTimeoutMs: config.AISLE_SEARCH_DEADLINE_MS,
  })
  const degradedPool = createPool({
    url: config.DATABASE_URL,
    applicationName: 'aisle-api-degraded',
    size: DEGRADED_POOL_SIZE,
    statementTimeoutMs: config.AISLE_SEARCH_DEADLINE_MS,
  })
  const search = createSearch({
    client,
    pool,
    degradedPool,
    patience: {
      searchMs: config.AISLE_SEARCH_DEADLINE_MS * PATIENCE_SHARE,
      suggestMs: config.AISLE_SUGGEST_DEADLINE_MS * PATIENCE_SHARE,
    },
    names,
    metrics,
    cursorSecret: config.AISLE_CURSOR_SECRET,
    locale: config.AISLE_LOCALE,
    currency: config.AISLE_CURRENCY,
    facets: config.AISLE_FACETS,
    outOfStock: config.AISLE_OUT_OF_STOCK,
    now: clock,
    makeId,
  })
  return { metrics, names, client, pool, degradedPool, search }
}

/** What http takes from the configuration. */
function httpOptions(config: Config) {
  return {
    limits: classLimits({
      search: config.AISLE_SEARCH_DEADLINE_MS,
      suggest: config.AISLE_SUGGEST_DEADLINE_MS,
      item: config.AISLE_ITEM_DEADLINE_MS,
    }),
    shop: {
      name: config.AISLE_SHOP_NAME,
      locale: config.AISLE_LOCALE,
      currency: config.AISLE_CURRENCY,
      imageSources: config.AISLE_IMAGE_SOURCES,
    },
    assets: loadAssets(new URL('../web/', import.meta.url)),
  }
}

/** @returns exit code, once `stop` aborted and everything has ended */
async function run(config: Config, stop: AbortSignal): Promise<number> {
  const logger = createLogger('api', config.AISLE_LOG_LEVEL)
  const { metrics, names, client, pool, degradedPool, search } = connect(config)
  const state = startingState(['postgres', 'elasticsearch'])
  const hardStop = new AbortController()
  const app = createApp({
    ...httpOptions(config),
    search,
    metrics,
    logger,
    state,
    hardStop: hardStop.signal,
    clock,
    newRequestId: makeId,
  })
  const server = await listen(app, config.AISLE_HOST, config.AISLE_PORT)
  state.phase = 'ready'
  logger.info({ url: server.url }, 'ready')

  const checks = {
    postgres: () => pool.query('select 1'),
    // Any answer counts, also that there is no index yet; an api key may lack the right to ask for the cluster.
    elasticsearch: (signal: AbortSignal) =>
      client.indices.existsAlias({ name: names.itemsAlias }, { signal }),
  }
  const readLag = indexLag(() => readStreamPositions(pool, names.slot), clock)
  await Promise.all([
    repeat(CHECK_EVERY_MS, stop, () => checkDependencies(state, checks, stop)),
    repeat(LAG_EVERY_MS, stop, () => recordLag(readLag, metrics)),
  ])

  logger.info('stopping')
  const tooLate = setTimeout(() => process.exit(1), STOP_MS).unref()
  const outcome = await server.drain(state, { waitMs: config.AISLE_DRAIN_WAIT_MS, finishMs: FINISH_MS })
  hardStop.abort(problem('unavailable', { detail: 'The process is stopping.' }))
  await Promise.all([client.close(), pool.end(), degradedPool.end()])
  clearTimeout(tooLate)
  logger.info({ outcome }, 'stopped')
  return outcome === 'clean' ? 0 : 1
}

const parsed = parseConfig(process.env, 'api')
if (parsed.ok) {
  process.exitCode = await run(parsed.config, interruptSignal())
} else {
  console.error(configReport(parsed.problems))
  process.exitCode = EXIT_CONFIG
}
