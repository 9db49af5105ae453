/**
 * Parts of the api process, each made from the configuration. Wiring only: what they do for each other is said in
 * `main.ts`, which runs them.
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
import type { Config } from './config.ts'
import { createReader } from './elasticsearch/reader.ts'
import type { ActLimits } from './http/act-limits.ts'
import { loadAssets } from './http/assets.ts'
import { classLimits, classRates } from './http/classes.ts'
import type { ClientOf } from './http/client-address.ts'
import { connectLimits } from './http/connect-limits.ts'
import type { IdentityOptions } from './http/identity.ts'
import { uuidV7 } from './http/ids.ts'
import type { Rate } from './limits/gcra.ts'
import { readCommitPosition } from './postgres/commit-position.ts'
import { createPool, type Pool } from './postgres/pool.ts'
import { createSearch } from './search/create-search.ts'
import type { Logger } from './telemetry/log.ts'
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

/** Monotonic ms. */
export const clock = () => performance.now()
export const makeId = () => uuidV7(Date.now(), randomUUID())

/** Servers, and what is built on them. Nothing is asked of a server yet. */
export function connect(config: Config) {
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
    'sse_',
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
export function httpOptions(config: Config) {
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
export function identityOf(config: Config, acts: ActLimits): IdentityOptions {
  const now = () => Date.now() / 1_000
  const keys = signingKeys(config.AISLE_AUTH_KEY)
  const tokens = rememberVerified(
    createTokens({ keys, issuer: TOKEN_ISSUER, audience: config.AISLE_NAMESPACE, now }),
    now,
  )
  const guests = createGuests(tokens, randomUUID, now)
  return { tokens, guests, publicUrl: config.AISLE_PUBLIC_URL, now, acts }
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
export function auditOf(config: Config, pool: Pool, logger: Logger) {
  return {
    everyMs: config.AISLE_AUDIT_EVERY_MS,
    committed: async () => parseLsn(await readCommitPosition(pool)) ?? 0n,
    onMismatch: ({ key, entry, ms }: Audited) =>
      logger.warn({ key, tags: entry.tags, watermark: entry.watermark, ms }, 'a kept answer was wrong'),
  }
}

const TEN_SECONDS_MS = 10_000
const MINUTE_MS = 60_000

/** All of them may come at once. */
const per = (periodMs: number, limit: number): Rate => ({ limit, periodMs, burst: limit })

/** How often one client may ask and act. */
export function rateLimits(config: Config, names: Names, metrics: Metrics, clientOf: ClientOf) {
  return connectLimits({
    url: config.REDIS_URL,
    redisPrefix: names.redisPrefix,
    instance: randomUUID(),
    rates: classRates({
      suggest: config.AISLE_SUGGEST_RATE,
      search: config.AISLE_SEARCH_RATE,
      item: config.AISLE_ITEM_RATE,
    }),
    actRates: {
      hold: {
        customer: per(TEN_SECONDS_MS, config.AISLE_HOLD_RATE),
        address: per(TEN_SECONDS_MS, config.AISLE_HOLD_ADDRESS_RATE),
      },
      order: {
        customer: per(TEN_SECONDS_MS, config.AISLE_ORDER_RATE),
        address: per(TEN_SECONDS_MS, config.AISLE_ORDER_ADDRESS_RATE),
      },
      guest: { customer: null, address: per(MINUTE_MS, config.AISLE_GUEST_RATE) },
      stream: { customer: null, address: per(TEN_SECONDS_MS, config.AISLE_STREAM_RATE) },
    },
    ...{ clientOf, metrics, now: clock, random: Math.random },
  })
}
