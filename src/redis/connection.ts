/**
 * Connections to Redis. Each job has its own, never shared: a blocking read would stall every other command
 * behind it for as long as it blocks. Without `commandTimeout` a frozen server hangs the request.
 */
import { Redis } from 'ioredis'

export type { Redis } from 'ioredis'

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
