/**
 * What caches without a log do, in the harness of ours: the writer deletes the key in Redis and tells the nodes by
 * pub/sub; a node keeps what it has until it is told, or until its time to live ends. A message that is missed is
 * missed for good.
 */

import type { Loaded } from '../../src/cache/entry.ts'
import type { LogWriter } from '../../src/cache/log-writer.ts'
import type { Redis } from '../../src/redis/connection.ts'

const TTL_MS = 5_000

/** What the harness asks of a publisher and of a node. */
export type Publisher = Pick<LogWriter, 'sending' | 'publish' | 'beat' | 'newEpoch' | 'run'>
export type NodeCache = {
  getOrLoad(
    request: { readonly key: string; readonly load: (signal: AbortSignal) => Promise<Loaded> },
    signal: AbortSignal,
  ): Promise<{ readonly entry: { readonly body: { toString(): string } }; readonly source: string }>
}

/** @param connection of its own @param prefix of the keys and of the channel */
export function deletingPublisher(connection: Redis, prefix: string): Publisher {
  return {
    sending: () => 0,
    async publish(_sent, records) {
      for (const tag of records.flatMap(({ tags }) => tags)) {
        const key = tag.slice(tag.indexOf(':') + 1)
        await connection.del(prefix + key).catch(() => undefined)
        await connection.publish(prefix, key).catch(() => undefined)
      }
    },
    beat: () => Promise.resolve(),
    newEpoch: () => Promise.resolve(),
    run: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
      }),
  }
}

/** @param data for keys @param told for the channel */
export function listeningNode(data: Redis, told: Redis, prefix: string, now: () => number): NodeCache {
  const held = new Map<string, { readonly body: string; readonly until: number }>()
  told.on('ready', () => {
    told.subscribe(prefix).catch(() => undefined) // again at the next connection
  })
  told.on('message', (_channel: string, key: string) => held.delete(key))
  return {
    async getOrLoad({ key, load }, signal) {
      const own = held.get(key)
      if (own && now() < own.until) return { entry: { body: own.body }, source: 'HIT-L1' }
      const shared = await data.get(prefix + key).catch(() => null)
      const body = shared ?? (await load(signal)).body
      held.set(key, { body, until: now() + TTL_MS })
      if (shared === null) data.set(prefix + key, body, 'PX', TTL_MS).catch(() => undefined)
      return { entry: { body }, source: shared === null ? 'MISS' : 'HIT-L2' }
    },
  }
}
