/** Live stock of one process, with its connection. */
import { connectRedis } from '../redis/connection.ts'
import { topicKeys } from '../redis/keys.ts'
import { STOCK_HUB_TIMING, StockHub, type StockHubParts } from './stock-hub.ts'

/** Longer than a read of the topic waits. */
const COMMAND_TIMEOUT_MS = 1_500

export type LiveStock = {
  readonly hub: StockHub
  /** Follow the topic until the signal aborts, then let go of the connection. Never throws. */
  run(signal: AbortSignal): Promise<void>
}

export type LiveStockOptions = Omit<StockHubParts, 'connection' | 'stream' | 'timing'> & {
  readonly redisUrl: string
  readonly redisPrefix: string
}

export function connectStock({ redisUrl, redisPrefix, ...parts }: LiveStockOptions): LiveStock {
  const connection = connectRedis(
    {
      url: redisUrl,
      name: 'aisle-stock',
      commandTimeoutMs: COMMAND_TIMEOUT_MS,
      pipelining: false,
      onError: () => undefined, // the reader notices by itself
    },
    parts.random,
  )
  const { stream } = topicKeys(redisPrefix, 'stock')
  const hub = new StockHub({ ...parts, connection, stream, timing: STOCK_HUB_TIMING })
  return {
    hub,
    async run(signal) {
      await hub.run(signal)
      connection.disconnect()
    },
  }
}
