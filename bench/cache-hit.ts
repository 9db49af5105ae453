/**
 * The cost of a hit in memory beside other caches in the same process, of one in Redis, the time from a change to its
 * effect, and the races. Ours is the cache as the api puts it together, with metrics, lease and tags.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { until } from '../stack/wait.ts'
import type { Benchmark, Figure, Setting } from './benchmark.ts'
import { race, TRIES } from './cache-races.ts'
import { type OurCache, startOurCache } from './our-cache.ts'
import { loadPeers } from './peers.ts'
import type { RacedCache } from './raced-cache.ts'
import { withRedisServer } from './redis-server.ts'
import { percentile, spreadOf } from './statistics.ts'

const KEYS = 1_000
const BODY = JSON.stringify({
  suggestions: Array.from({ length: 10 }, (_, i) => ({ text: `water bottle ${i}` })),
})
const HITS = 300_000
/** Heartbeats come three times a second. */
const LEASE_MS = 10_000
const SETTLE_MS = 500
/** The others cost microseconds. */
const SLOW_HITS = 50_000
const SHARED = 2_000
const CHANGES = 300

export const cacheHit: Benchmark = {
  name: 'cache-hit',
  about: 'cost of a hit in each tier, time to the effect of a change, races; beside bentocache and cacheable',
  run: async (setting) => {
    const peers = await loadPeers(setting.say)
    return await withRedisServer(async (redisUrl) => {
      const ours = await startOurCache(redisUrl)
      const starting = [peers.startLruCache, peers.startBentocache, peers.startCacheable]
      const others = await Promise.all(starting.map((startOne) => startOne(redisUrl)))
      try {
        const figures = [
          ...(await hitFigures([ours, ...others], setting)),
          ...(await sharedFigures(ours, redisUrl, setting)),
          await effectFigures(ours),
          await raceFigures([ours, ...others.slice(1)], redisUrl, setting),
        ].flat()
        return { conditions: conditionsOf(), figures }
      } finally {
        for (const cache of [ours, ...others]) await cache.stop()
      }
    })
  },
}

function conditionsOf(): string[] {
  return [
    `${KEYS} keys, values of ${BODY.length} bytes, 3 tags each; all caches in one process, one Redis of their own`,
    `a race is won when both nodes serve the new value afterwards, of ${TRIES} tries`,
  ]
}

const keyOf = (i: number): string => `suggest v000001 /v1/suggest?q=${i % KEYS}`

/** ns a hit, the caches in turns. */
async function hitFigures(caches: readonly RacedCache[], { rounds }: Setting): Promise<Figure[]> {
  for (const { nodes } of caches) {
    for (let i = 0; i < 3 * KEYS; i++) {
      for (const { read } of nodes) await read(keyOf(i), () => Promise.resolve(BODY))
    }
  }
  const costs = new Map(caches.map(({ name }) => [name, [] as number[]]))
  for (let round = -1; round < rounds; round++) {
    for (const { name, nodes } of caches) {
      const cost = await hitNs(name, nodes[0], name === 'ours' || name === 'lru-cache' ? HITS : SLOW_HITS)
      if (round >= 0) costs.get(name)?.push(cost) // the first round warms
    }
  }
  return [...costs].map(([name, values]) => ({
    name: `hit in memory, ${name}`,
    unit: 'ns',
    spread: spreadOf(values),
    target: name === 'ours' ? { atMost: 300 } : null,
  }))
}

async function hitNs(name: string, { hit }: RacedCache['nodes'][0], count: number): Promise<number> {
  const keys = Array.from({ length: KEYS }, (_, i) => keyOf(i))
  await untilHit(hit)
  const startedAt = performance.now()
  for (let i = 0; i < count; i++) {
    const found = hit(keys[i % KEYS] ?? '')
    if (found instanceof Promise) await found
    else if (!found) throw new Error(`a hit was expected: ${name} has lost ${keys[i % KEYS]} at ${i}`)
  }
  return ((performance.now() - startedAt) * 1e6) / count
}

/**
 * A turn of microtasks keeps the event loop from everything else: our lease has to be renewed after it. One that is
 * nearly over would end among the hits that are counted, so the heartbeats of a moment are let through first.
 */
async function untilHit(hit: (key: string) => unknown): Promise<void> {
  await sleep(SETTLE_MS)
  const ask = () => Promise.resolve(hit(keyOf(0)) ?? undefined)
  await until('hits come from memory', ask, { deadlineMs: LEASE_MS })
}

/** us a hit in Redis that the other node has stored, beside a bare GET. */
async function sharedFigures(ours: OurCache, redisUrl: string, { rounds }: Setting): Promise<Figure[]> {
  const bare = new Redis(redisUrl)
  await bare.set('bench', BODY)
  await untilHit(ours.nodes[0].hit)
  await untilHit(ours.nodes[1].hit)
  const [shared, gets]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    const keys = Array.from({ length: SHARED / rounds }, (_, i) => `shared ${round} ${i}`)
    for (const key of keys) await ours.load(0, key, () => Promise.resolve(BODY))
    await ours.load(0, `shared ${round} end`, () => Promise.resolve(BODY))
    shared.push(await medianUs(keys, (key) => sharedHit(ours, key)))
    gets.push(await medianUs(keys, () => bare.get('bench')))
  }
  bare.disconnect()
  return [
    { name: 'hit in Redis, ours', unit: 'us', spread: spreadOf(shared), target: null },
    { name: 'bare GET of Redis', unit: 'us', spread: spreadOf(gets), target: null },
  ]
}

async function sharedHit(ours: OurCache, key: string): Promise<void> {
  const { source } = await ours.load(1, key, () => Promise.reject(new Error('a hit in Redis was expected')))
  if (source !== 'HIT-L2') throw new Error(`a hit in Redis was expected, got ${source}`)
}

async function medianUs(keys: readonly string[], ask: (key: string) => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (const key of keys) {
    const startedAt = performance.now()
    await ask(key)
    times.push((performance.now() - startedAt) * 1_000)
  }
  return percentile(times, 0.5)
}

/** From the begin of an append until the other node does not serve the entry any more, ms. */
async function effectFigures(ours: OurCache): Promise<Figure[]> {
  const times: number[] = []
  for (let i = 0; i < CHANGES; i++) {
    const key = `changed ${i}`
    for (let sighting = 0; sighting < 3; sighting++) await ours.load(1, key, () => Promise.resolve(BODY))
    const startedAt = performance.now()
    const appended = ours.forget(key)
    while (ours.nodes[1].hit(key) !== null) await new Promise((resolve) => setImmediate(resolve))
    times.push(performance.now() - startedAt)
    await appended
  }
  return [
    { name: 'append to consumed, p50', unit: 'ms', spread: spreadOf([percentile(times, 0.5)]), target: null },
    {
      name: 'append to consumed, p99',
      unit: 'ms',
      spread: spreadOf([percentile(times, 0.99)]),
      target: { atMost: 5 },
    },
  ]
}

async function raceFigures(
  caches: readonly RacedCache[],
  redisUrl: string,
  { say }: Setting,
): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const cache of caches) {
    say(`races of ${cache.name}`)
    const { fillAgainstDelete, missedMessage } = await race(cache, redisUrl)
    const target = cache.name === 'ours' ? { atLeast: TRIES } : null
    figures.push(
      {
        name: `fill against delete won, ${cache.name}`,
        unit: `of ${TRIES}`,
        spread: spreadOf([fillAgainstDelete]),
        target,
      },
      {
        name: `missed message won, ${cache.name}`,
        unit: `of ${TRIES}`,
        spread: spreadOf([missedMessage]),
        target,
      },
    )
  }
  return figures
}
