/**
 * Two things that happen in every shop, run against any cache: a value changes while it is being loaded, and a
 * process misses the message that a value has changed. A race is won when the new value is served afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { RacedCache } from './raced-cache.ts'

export type Races = { readonly fillAgainstDelete: number; readonly missedMessage: number }

export const TRIES = 3
/** Messages have arrived by then. */
const SETTLE_MS = 200
/** Connections are back by then, and every bound that is promised here has passed. */
const HEAL_MS = 3_000

/** @returns tries won of each race */
export async function race(cache: RacedCache, redisUrl: string): Promise<Races> {
  const won = { fillAgainstDelete: 0, missedMessage: 0 }
  for (let i = 0; i < TRIES; i++) {
    if (await isFillRight(cache, `fill-${i}`)) won.fillAgainstDelete += 1
    if (await isMissRight(cache, `miss-${i}`, redisUrl)) won.missedMessage += 1
  }
  return won
}

/** The value is read for the cache, changes, and is said to have changed, all before the cache has it. */
async function isFillRight({ nodes, forget }: RacedCache, key: string): Promise<boolean> {
  let value = 'old'
  const gate = Promise.withResolvers<void>()
  const slowLoad = async () => {
    const loaded = value
    await gate.promise
    return loaded
  }
  const filling = nodes[0].read(key, slowLoad)
  await sleep(SETTLE_MS / 4)
  value = 'new'
  await forget(key)
  await sleep(SETTLE_MS / 4)
  gate.resolve()
  await filling
  await sleep(SETTLE_MS)
  const load = () => Promise.resolve(value)
  const served = await Promise.all(nodes.map((node) => node.read(key, load)))
  return served.every((one) => one === 'new')
}

/** Every subscription and every waiting read of the server is cut, and the change is said at once. */
async function isMissRight({ nodes, forget }: RacedCache, key: string, redisUrl: string): Promise<boolean> {
  let value = 'old'
  const load = () => Promise.resolve(value)
  for (const node of nodes) for (let sighting = 0; sighting < 3; sighting++) await node.read(key, load)
  const admin = new Redis(redisUrl)
  await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
  // Who waits in a blocking read follows a stream: the same as a subscription.
  const clients = String(await admin.call('CLIENT', 'LIST')).split('\n')
  const waiting = clients
    .filter((line) => / cmd=xread /.test(line))
    .map((line) => /^id=(\d+)/.exec(line)?.[1])
  for (const id of waiting) if (id) await admin.call('CLIENT', 'KILL', 'ID', id)
  admin.disconnect()
  value = 'new'
  await forget(key)
  await sleep(HEAL_MS)
  const served = await Promise.all(nodes.map((node) => node.read(key, load)))
  return served.every((one) => one === 'new')
}
