/**
 * Two nodes each of bentocache and of cacheable with Redis behind them, in the shape of `RacedCache`; and a bare
 * lru-cache. Configured as their documentation shows for several processes.
 */
import KeyvRedis from '@keyv/redis'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { Cacheable } from 'cacheable'
import { LRUCache } from 'lru-cache'

const LIFETIME = '5m'
const ITEMS = 20_000

export async function startBentocache(redisUrl) {
  const { hostname: host, port } = new URL(redisUrl)
  const connection = { host, port: Number(port) }
  const makeNode = () =>
    new BentoCache({
      default: 'both',
      stores: {
        both: bentostore()
          .useL1Layer(memoryDriver({ maxItems: ITEMS }))
          .useL2Layer(redisDriver({ connection }))
          .useBus(redisBusDriver({ connection })),
      },
    })
  const nodes = [makeNode(), makeNode()]
  // Subscribing takes a moment, and there is no way to ask whether it is done.
  await new Promise((resolve) => setTimeout(resolve, 300))
  const nodeOf = (cache) => ({
    read: (key, load) => cache.getOrSet({ key, ttl: LIFETIME, factory: load }),
    hit: (key) => cache.getOrSet({ key, ttl: LIFETIME, factory: missing }),
  })
  return {
    name: 'bentocache',
    nodes: nodes.map(nodeOf),
    forget: async (key) => {
      await nodes[0].delete({ key })
    },
    stop: async () => {
      for (const node of nodes) await node.disconnectAll()
    },
  }
}

export function startCacheable(redisUrl) {
  const nodes = [redisUrl, redisUrl].map((url) => new Cacheable({ secondary: new KeyvRedis(url) }))
  const nodeOf = (cache) => ({
    read: (key, load) => cache.getOrSet(key, load, { ttl: LIFETIME }),
    hit: (key) => cache.getOrSet(key, missing, { ttl: LIFETIME }),
  })
  return Promise.resolve({
    name: 'cacheable',
    nodes: nodes.map(nodeOf),
    forget: async (key) => {
      await nodes[0].delete(key)
    },
    stop: async () => {
      for (const node of nodes) await node.disconnect()
    },
  })
}

/** Memory alone: the floor of a hit. */
export function startLruCache() {
  const held = new LRUCache({ max: ITEMS })
  const node = {
    read: async (key, load) => {
      const value = held.get(key) ?? (await load())
      held.set(key, value)
      return value
    },
    hit: (key) => held.get(key),
  }
  return Promise.resolve({
    name: 'lru-cache',
    nodes: [node, node],
    forget: (key) => Promise.resolve(held.delete(key)),
    stop: () => Promise.resolve(),
  })
}

function missing() {
  throw new Error('a hit was expected')
}
