/**
 * The api process: configuration, adapters, services, app, listener, signals. Wiring only. Exit codes: 0 stopped
 * cleanly, 1 running requests had to be cut, 78 configuration, 130 a second signal.
 */
import { randomUUID } from 'node:crypto'
import { createGuests } from './auth/guest.ts'
import { signingKeys } from './auth/signing-key.ts'
import { createTokens, TOKEN_ISSUER } from './auth/token.ts'
import { rememberVerified } from './auth/verified-tokens.ts'
import { type AnswerCache, createAnswerCache } from './cache/answer-cache.ts'
import type { Audited } from './cache/auditor.ts'
import { parseLsn } from './cache/sync-point.ts'
import { type Names, namesFor } from './catalog/names.ts'
import { interruptSignal } from './command/interrupts.ts'
import { type Config, configReport, EXIT_CONFIG } from './config.ts'
import { paymentSettings } from './config-orders.ts'
import { createReader } from './elasticsearch/reader.ts'
import { problem } from './errors.ts'
import { createAdmission } from './http/admission.ts'
import { createApp } from './http/app.ts'
import { loadAssets } from './http/assets.ts'
import { classLimits, classRates } from './http/classes.ts'
import { createClientOf } from './http/client-address.ts'
import { createDirect, createDirectReplies } from './http/direct.ts'
import type { IdentityOptions } from './http/identity.ts'
import { uuidV7 } from './http/ids.ts'
import { createInFlight } from './http/in-flight.ts'
import { createKeptReplies } from './http/kept-replies.ts'
import { startLoadSampler } from './http/load-sampler.ts'
import { createRateLimits, type RateLimits } from './http/rate-limits.ts'
import { createReads } from './http/reads.ts'
import { createWatch } from './http/reply-watch.ts'
import { listen } from './http/server.ts'
import { createShedding } from './http/shedding.ts'
import { startingState } from './http/state.ts'
import { checkDependencies, recordLag, repeat } from './http/watch.ts'
import { connectLimiter } from './limits/connect-limiter.ts'
import { loadConfig } from './load-config.ts'
import { connectOrders } from './orders/connect-orders.ts'
import { readCommitPosition } from './postgres/commit-position.ts'
import { createPool, type Pool } from './postgres/pool.ts'
import { readStreamPositions } from './postgres/replication.ts'
import { createSearch } from './search/create-search.ts'
import { indexLag } from './search/index-lag.ts'
import { createLogger, type Logger } from './telemetry/log.ts'
import { createMetrics, type Metrics } from './telemetry/metrics.ts'

/** Connections to Postgres for reading, per process (operations design 9.2). */
const POOL_SIZE = 6
/** Connections for searching while Elasticsearch is away: they cannot starve the others. */
const DEGRADED_POOL_SIZE = 8
/** Share of a deadline that an answer waits for the index; the rest is for Postgres. */
const PATIENCE_SHARE = 0.5
/** Connections to one Elasticsearch node, which runs only a few searches at a time. */
const ELASTICSEARCH_CONNECTIONS = 32
/** Behind the deadlines of the routes: a server that hangs does not keep a connection, ms. */
const ELASTICSEARCH_TIMEOUT_MS = 5_000
const CHECK_EVERY_MS = 2_000
const LAG_EVERY_MS = 1_000
/** How old a swap of an index may be before cached replies notice, ms. */
const GENERATION_EVERY_MS = 1_000
/** Running requests get this long after the listener closed: longer than every deadline, ms. */
const FINISH_MS = 25_000
/** The whole stop takes at most this long, ms. */
const STOP_MS = 30_000

const clock = () => performance.now()
const makeId = () => uuidV7(Date.now(), randomUUID())

/** Servers, and what is built on them. Nothing is asked of a server yet. */
function connect(config: Config) {
  const metrics = createMetrics([
    'http_',
    'search_',
    'suggest_',
    'es_',
    'cache_',
    'index_lag',
    'load_',
    'hold_',
    'inv_',
    'payments_',
  ])
  const names = namesFor(config.AISLE_NAMESPACE)
  const reader = createReader({
    url: config.ELASTICSEARCH_URL,
    maxConnections: ELASTICSEARCH_CONNECTIONS,
    timeoutMs: ELASTICSEARCH_TIMEOUT_MS,
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
  const answers = answerCache(config, names, metrics)
  const search = createSearch({
    ...(answers ? { mayBeRemoved: answers.mayBeRemoved } : {}),
    reader,
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
  return { metrics, names, answers, reader, pool, degradedPool, search }
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

/** Tokens, and how requests carry them. */
function identityOf(config: Config): IdentityOptions {
  const now = () => Date.now() / 1_000
  const keys = signingKeys(config.AISLE_AUTH_KEY)
  const tokens = rememberVerified(
    createTokens({ keys, issuer: TOKEN_ISSUER, audience: config.AISLE_NAMESPACE, now }),
    now,
  )
  return { tokens, guests: createGuests(tokens, randomUUID, now), publicUrl: config.AISLE_PUBLIC_URL, now }
}

/** Holds, over connections of their own. Faults are for tests. */
function ordersOf(config: Config, names: Names, metrics: Metrics, logger: Logger) {
  return connectOrders({
    databaseUrl: config.DATABASE_URL,
    redisUrl: config.REDIS_URL,
    prefix: names.redisPrefix,
    payment: paymentSettings(config),
    faults: process.env['NODE_ENV'] === 'production' ? '' : (process.env['AISLE_FAULT'] ?? ''),
    metrics,
    clock,
    newId: makeId,
    random: Math.random,
    onError: (error) => logger.warn({ err: error }, 'order path'),
  })
}

/** Nothing is kept, in no tier, where the first one has no room. */
function answerCache(config: Config, names: Names, metrics: Metrics): AnswerCache | null {
  if (config.AISLE_CACHE_BYTES === 0) return null
  return createAnswerCache({
    stateUrl: config.REDIS_URL,
    cacheUrl: config.AISLE_REDIS_CACHE_URL || config.REDIS_URL,
    redisPrefix: names.redisPrefix,
    maxBytes: config.AISLE_CACHE_BYTES,
    metrics,
    now: clock,
    random: Math.random,
    freshEpoch: randomUUID,
  })
}

/** What the comparison of kept answers with new ones takes from the rest. */
function auditOf(config: Config, pool: Pool, logger: Logger) {
  return {
    everyMs: config.AISLE_AUDIT_EVERY_MS,
    committed: async () => parseLsn(await readCommitPosition(pool)) ?? 0n,
    onMismatch: ({ key, entry, ms }: Audited) =>
      logger.warn({ key, tags: entry.tags, watermark: entry.watermark, ms }, 'a kept answer was wrong'),
  }
}

/** How often one client may ask, counted in Redis for all processes together. */
function rateLimits(
  config: Config,
  names: Names,
  metrics: Metrics,
): { limits: RateLimits; close: () => void } {
  const { limiter, close } = connectLimiter({
    url: config.REDIS_URL,
    redisPrefix: names.redisPrefix,
    instance: randomUUID(),
    metrics,
    now: clock,
    random: Math.random,
  })
  const rates = classRates({
    suggest: config.AISLE_SUGGEST_RATE,
    search: config.AISLE_SEARCH_RATE,
    item: config.AISLE_ITEM_RATE,
  })
  const clientOf = createClientOf(config.AISLE_TRUSTED_PROXIES)
  return { limits: createRateLimits({ limiter, rates, clientOf, metrics }), close }
}

/** @returns exit code, once `stop` aborted and everything has ended */
async function run(config: Config, stop: AbortSignal): Promise<number> {
  const logger = createLogger('api', config.AISLE_LOG_LEVEL)
  const { metrics, names, answers, reader, pool, degradedPool, search } = connect(config)
  const { orders, close: closeOrders } = ordersOf(config, names, metrics, logger)
  const state = startingState(['postgres', 'elasticsearch', ...(answers ? ['redis'] : [])])
  const hardStop = new AbortController()
  const { shop, assets, limits: caps } = httpOptions(config)
  const inFlight = createInFlight(caps, metrics)
  const admission = createAdmission({ limits: caps, inFlight, hardStop: hardStop.signal })
  const app = createApp({
    ...{ shop, assets },
    search,
    metrics,
    logger,
    admission,
    state,
    identity: identityOf(config),
    holds: { ...orders, random: Math.random },
    orders: { own: orders.ownOrders, change: orders.changeOrders, postgresNow: orders.postgresNow },
    ...{ pay: orders.pay, takeWebhook: orders.takeWebhook },
    clock,
    newRequestId: makeId,
  })
  const load = startLoadSampler(metrics)
  const shedding = createShedding(load.level, metrics, Math.random)
  const { limits, close: closeLimits } = rateLimits(config, names, metrics)
  const isDraining = () => state.phase === 'draining'
  const watch = createWatch({ logger, metrics, clock, newRequestId: makeId })
  const direct = createDirect(createReads(search), admission)
  const kept = { direct, watch, shedding, limits, inFlight, isDraining, newRequestId: makeId }
  const replies =
    answers &&
    createKeptReplies({
      ...{ ...kept, answers, generations: search.generations, assetVersion: assets.version },
      fetch: (request, bindings) => app.fetch(request, bindings),
    })
  const directReplies = createDirectReplies(direct, watch, isDraining)
  const before = { cache: replies, shedding, limits, direct: directReplies }
  const server = await listen(app, config.AISLE_HOST, config.AISLE_PORT, before)
  const following = answers?.run(stop)
  await Promise.all([search.generations.refresh(stop), answers?.ready])
  if (replies) logger.info(await replies.warmUp(stop), 'warmed up')
  state.phase = 'ready'
  logger.info({ url: server.url }, 'ready')

  const checks = {
    postgres: () => pool.query('select 1'),
    ...(answers ? { redis: () => answers.ping() } : {}),
    // Any answer counts, also that there is no index yet; an api key may lack the right to ask for the cluster.
    elasticsearch: (signal: AbortSignal) => reader.indicesOf(names.itemsAlias, signal),
  }
  const readLag = indexLag(() => readStreamPositions(pool, names.slot), clock)
  await Promise.all([
    repeat(CHECK_EVERY_MS, stop, () => checkDependencies(state, checks, stop)),
    repeat(LAG_EVERY_MS, stop, () => recordLag(readLag, metrics)),
    repeat(GENERATION_EVERY_MS, stop, () => search.generations.refresh(stop)),
    orders.watch(stop),
    replies?.audit(auditOf(config, pool, logger), stop),
    following,
  ])

  logger.info('stopping')
  const tooLate = setTimeout(() => process.exit(1), STOP_MS).unref()
  const outcome = await server.drain(state, { waitMs: config.AISLE_DRAIN_WAIT_MS, finishMs: FINISH_MS })
  hardStop.abort(problem('unavailable', { detail: 'The process is stopping.' }))
  closeLimits()
  await Promise.all([closeOrders(), reader.close(), pool.end(), degradedPool.end()])
  load.stop()
  clearTimeout(tooLate)
  logger.info({ outcome }, 'stopped')
  return outcome === 'clean' ? 0 : 1
}

const parsed = loadConfig(process.env, 'api')
if (parsed.ok) {
  process.exitCode = await run(parsed.config, interruptSignal())
} else {
  console.error(configReport(parsed.problems))
  process.exitCode = EXIT_CONFIG
}
