/** Everything a command of the indexer works with, made from the environment and closed afterwards. */
import { randomUUID } from 'node:crypto'
import { mappingVersion } from '../../mappings/define.ts'
import items from '../../mappings/items.ts'
import { namesFor } from '../../src/catalog/names.ts'
import type { Config } from '../../src/config.ts'
import { createElasticsearch } from '../../src/elasticsearch/client.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { connectRedis } from '../../src/redis/connection.ts'
import { createLogger } from '../../src/telemetry/log.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { Context } from '../run/context.ts'

/** Two readers, two loaders, and the loops beside them. */
const POOL_SIZE = 8
/** Reads of 500 rows take milliseconds; longer is a server in trouble. */
const STATEMENT_TIMEOUT_MS = 30_000
/** Lanes of three indices, refreshes and states. */
const CONNECTIONS = 16
const REQUEST_TIMEOUT_MS = 10_000
/** The cache is told as soon as Redis is back; nothing else waits for it. */
const REDIS_TIMEOUT_MS = 1_000

export type ContextOptions = {
  readonly config: Config
  /** Instead of AISLE_LOG_LEVEL, for commands that speak to a person. */
  readonly logLevel?: string
}

/** @returns what `work` returns; connections are closed also when it throws */
export async function withContext<T>(
  options: ContextOptions,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  const { config } = options
  const log = createLogger('indexer', options.logLevel ?? config.AISLE_LOG_LEVEL)
  const pool = createPool({
    url: config.DATABASE_URL,
    applicationName: 'aisle-indexer',
    size: POOL_SIZE,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  })
  const client = createElasticsearch({
    url: config.ELASTICSEARCH_URL,
    maxConnections: CONNECTIONS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
  })
  const connect = (name: string) =>
    connectRedis(
      {
        url: config.REDIS_URL,
        name,
        commandTimeoutMs: REDIS_TIMEOUT_MS,
        pipelining: false,
        onError: (error) => log.debug({ reason: error.message }, 'Redis is away'),
      },
      Math.random,
    )
  const redis = connect('aisle-indexer')
  const relayRedis = connect('aisle-relay')
  try {
    return await work({
      databaseUrl: config.DATABASE_URL,
      pool,
      client,
      names: namesFor(config.AISLE_NAMESPACE),
      mapping: items,
      mappingVersion: mappingVersion(items),
      refreshMs: config.AISLE_INDEXER_REFRESH_MS,
      metrics: createMetrics(['indexer_', 'index_', 'events_']),
      log,
      now: Date.now,
      random: Math.random,
      takeoverMs: config.AISLE_INDEXER_TAKEOVER_MS,
      redis,
      makeId: randomUUID,
      relay: { redis: relayRedis, patienceMs: config.AISLE_RELAY_PATIENCE_MS },
    })
  } finally {
    redis.disconnect()
    relayRedis.disconnect()
    await client.close()
    await pool.end()
  }
}
