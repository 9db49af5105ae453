/**
 * Connections to Redis. Each job has its own, never shared: a blocking read would stall every other command
 * behind it for as long as it blocks. Without `commandTimeout` a frozen server hangs the request.
 */
import { Cluster, Redis } from 'ioredis'

export type { Cluster, Redis } from 'ioredis'

export type ConnectionOptions = {
  readonly url: string
  /** Shown in CLIENT LIST. */
  readonly name: string
  /** Deadline of one command, ms; of a blocking one, block time and some room. */
  readonly commandTimeoutMs: number
  /** Gather commands of one turn of the event loop; not for ordered scripts. */
  readonly pipelining: boolean
  readonly onError: (error: Error) => void
}

const CONNECT_TIMEOUT_MS = 1_000
const RETRY_STEP_MS = 50
const RETRY_MAX_MS = 300

/**
 * A connection that reconnects for ever and fails commands at once while it is away: waiting in an offline queue
 * would turn an outage into a pile of late answers.
 * @param random uniform in [0, 1): spreads the reconnects of many processes
 */
export function connectRedis(options: ConnectionOptions, random: () => number): Redis {
  const connection = new Redis(options.url, {
    connectionName: options.name,
    commandTimeout: options.commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    enableAutoPipelining: options.pipelining,
    keepAlive: 30_000,
    retryStrategy: (times) => Math.min(RETRY_STEP_MS * times, RETRY_MAX_MS) * (0.75 + random() / 2),
  })
  connection.on('error', options.onError)
  return connection
}

/** A connection of the admission gate: one Redis, or a cluster of them. */
export type GateConnection = Redis | Cluster

/** One Redis; or nodes of a cluster from which the others are found. */
export type GateServers = { readonly urls: readonly string[]; readonly isCluster: boolean }

export type GateConnectionOptions = GateServers & {
  /** Shown in CLIENT LIST. */
  readonly name: string
  /** Deadline of one script, ms: what does not come in time is decided by Postgres alone. */
  readonly commandTimeoutMs: number
  readonly onError: (error: Error) => void
}

/**
 * A connection for the scripts of the gate. What was sent is never sent again by itself, for a script may have run;
 * commands go out in the order of the calls, one by one (a cluster takes no EVALSHA in a pipeline: redis/ioredis #536).
 * @param random uniform in [0, 1): spreads the reconnects of many processes
 */
export function connectGate(options: GateConnectionOptions, random: () => number): GateConnection {
  const { urls, isCluster, name, commandTimeoutMs } = options
  const redisOptions = {
    connectionName: name,
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableAutoPipelining: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0, // commands under way fail when the connection breaks, not at their deadline
    // A master that was demoted stays connected; a new connection finds the one that took over.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    keepAlive: 30_000,
  }
  const retry = (times: number) => Math.min(RETRY_STEP_MS * times, RETRY_MAX_MS) * (0.75 + random() / 2)
  const connection = isCluster
    ? new Cluster([...urls], {
        redisOptions,
        enableOfflineQueue: false,
        clusterRetryStrategy: retry,
        clusterNodeRetryStrategy: retry,
        retryDelayOnFailover: 0, // above 0 a command of a broken connection is sent a second time
        retryDelayOnClusterDown: 0,
      })
    : new Redis(urls[0] ?? '', { ...redisOptions, enableOfflineQueue: false, retryStrategy: retry })
  connection.on('error', options.onError)
  return connection
}
