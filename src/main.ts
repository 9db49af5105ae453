/**
 * The api process: configuration, adapters, services, app, listener, signals. Wiring only. Exit codes: 0 stopped
 * cleanly, 1 running requests had to be cut, 78 configuration, 130 a second signal.
 */
import { auditOf, clock, connect, httpOptions, identityOf, makeId, rateLimits } from './api-parts.ts'
import type { Names } from './catalog/names.ts'
import { interruptSignal } from './command/interrupts.ts'
import { type Config, configReport, EXIT_CONFIG } from './config.ts'
import { gateServers, paymentSettings } from './config-orders.ts'
import { openAdministration } from './connect-admin.ts'
import { problem } from './errors.ts'
import { connectStock } from './events/connect-stock.ts'
import { createAdmission } from './http/admission.ts'
import { createApp } from './http/app.ts'
import { createClientOf } from './http/client-address.ts'
import { createDirect, createDirectReplies } from './http/direct.ts'
import { createInFlight } from './http/in-flight.ts'
import { createKeptReplies } from './http/kept-replies.ts'
import { startLoadSampler } from './http/load-sampler.ts'
import { createReads } from './http/reads.ts'
import { createWatch } from './http/reply-watch.ts'
import { listen } from './http/server.ts'
import { createShedding } from './http/shedding.ts'
import { startingState } from './http/state.ts'
import { createStreamSeats, STREAMS_MAX } from './http/stream-seats.ts'
import { createVisitorOf } from './http/visitor.ts'
import { checkDependencies, recordLag, repeat } from './http/watch.ts'
import { loadConfig } from './load-config.ts'
import { connectOrders } from './orders/connect-orders.ts'
import { wishedFaults } from './orders/process-faults.ts'
import { readInventory } from './postgres/inv/inventory.ts'
import { readStreamPositions } from './postgres/replication.ts'
import { indexLag } from './search/index-lag.ts'
import { createLogger, type Logger } from './telemetry/log.ts'
import type { Metrics } from './telemetry/metrics.ts'

const CHECK_EVERY_MS = 2_000
const LAG_EVERY_MS = 1_000
/** How old a swap of an index may be before cached replies notice, ms. */
const GENERATION_EVERY_MS = 1_000
/** Running requests get this long after the listener closed: longer than every deadline, ms. */
const FINISH_MS = 25_000
/** The whole stop takes at most this long, ms. */
const STOP_MS = 30_000

/** Holds, over connections of their own. Faults are for tests. */
function ordersOf(config: Config, names: Names, metrics: Metrics, logger: Logger) {
  return connectOrders({
    databaseUrl: config.DATABASE_URL,
    gate: { ...gateServers(config), timeoutMs: config.AISLE_GATE_TIMEOUT_MS },
    prefix: names.redisPrefix,
    payment: paymentSettings(config),
    faults: wishedFaults(process.env),
    metrics,
    clock,
    newId: makeId,
    random: Math.random,
    onError: (error) => logger.warn({ err: error }, 'order path'),
  })
}

/** @returns exit code, once `stop` aborted and everything has ended */
async function run(config: Config, stop: AbortSignal): Promise<number> {
  const logger = createLogger('api', config.AISLE_LOG_LEVEL)
  const { metrics, names, answers, reader, pool, degradedPool, search } = connect(config)
  const { orders, close: closeOrders } = ordersOf(config, names, metrics, logger)
  const readStock = (skus: readonly string[]) => readInventory(pool, skus)
  const stock = connectStock({
    ...{ redisUrl: config.REDIS_URL, redisPrefix: names.redisPrefix },
    ...{ readStock, metrics, log: logger, now: clock, random: Math.random },
  })
  const clientOf = createClientOf(config.AISLE_TRUSTED_PROXIES)
  const { limits, acts, close: closeLimits } = rateLimits(config, names, metrics, clientOf)
  const identity = identityOf(config, acts)
  const seats = createStreamSeats(STREAMS_MAX)
  const state = startingState(['postgres', 'elasticsearch', ...(answers ? ['redis'] : [])])
  const hardStop = new AbortController()
  const { shop, assets, limits: caps } = httpOptions(config)
  const inFlight = createInFlight(caps, metrics)
  const admission = createAdmission({ limits: caps, inFlight, hardStop: hardStop.signal })
  const edge = { shop, assets, metrics, logger, admission, state, identity, clock, newRequestId: makeId }
  const app = createApp({
    ...edge,
    search,
    stock: {
      read: readStock,
      hub: stock.hub,
      seats,
      visitorOf: createVisitorOf(identity.tokens, config.AISLE_PUBLIC_URL, clientOf),
    },
    holds: { ...orders, random: Math.random },
    orders: { own: orders.ownOrders, change: orders.changeOrders, postgresNow: orders.postgresNow },
    ...{ pay: orders.pay, takeWebhook: orders.takeWebhook },
    ...{ cart: orders.cart, newKey: makeId },
  })
  const load = startLoadSampler(metrics)
  const shedding = createShedding(load.level, metrics, Math.random)
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
  const before = { cache: replies, shedding, limits, direct: directReplies, streams: seats }
  const server = await listen(app, config.AISLE_HOST, config.AISLE_PORT, before)
  const admin = await openAdministration(config, orders.comparing, edge)
  const following = answers?.run(stop)
  await Promise.all([search.generations.refresh(stop), answers?.ready])
  if (replies) logger.info(await replies.warmUp(stop), 'warmed up')
  state.phase = 'ready'
  logger.info({ url: server.url, admin: admin.server.url }, 'ready')

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
    stock.run(stop),
    following,
  ])

  logger.info('stopping')
  const tooLate = setTimeout(() => process.exit(1), STOP_MS).unref()
  const times = { waitMs: config.AISLE_DRAIN_WAIT_MS, finishMs: FINISH_MS }
  const [outcome] = await Promise.all([
    server.drain(state, { ...times, onClosing: () => stock.hub.drain() }),
    admin.server.drain(state, times),
  ])
  hardStop.abort(problem('unavailable', { detail: 'The process is stopping.' }))
  closeLimits()
  await Promise.all([closeOrders(), admin.close(), reader.close(), pool.end(), degradedPool.end()])
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
