/**
 * What the limit per client adds to a request that memory does not answer: items that are not there, asked one after
 * the other, as a proxy that names no client (not limited), as another client each time, and as one that has had
 * enough. Rounds in turns, so that what else the machine does falls on all three.
 */
import { Redis } from 'ioredis'
import type { Benchmark, Setting } from './benchmark.ts'
import { seed, untilShown, withPlace } from './place.ts'
import { type Running, withProcess } from './processes.ts'
import { timesOf } from './requests.ts'
import { percentile, spreadOf } from './statistics.ts'

const ITEMS = 2_000
const REQUESTS = 2_000
const NO_SUCH_ITEM = 1e9

export const limit: Benchmark = {
  name: 'limit',
  about: 'what the limit per client adds to a request that memory does not answer',
  run: (setting) =>
    withPlace(setting, 'limit', async (place) => {
      await seed(place, ITEMS)
      return await withProcess(setting, 'indexer', place.env, async () => {
        await untilShown(place, ITEMS)
        return await withProcess(setting, 'api', place.env, (api) => compare(setting, api))
      })
    }),
}

async function compare(setting: Setting, api: Running) {
  const added: number[] = []
  const refusal: number[] = []
  const commands: number[] = []
  let next = NO_SUCH_ITEM
  const ask = async (client: (i: number) => string | null) => {
    const targets = Array.from({ length: REQUESTS }, (_, i) => {
      const address = client(i)
      next += 1
      return { url: `${api.url}/v1/items/${next}`, headers: address ? { 'x-forwarded-for': address } : {} }
    })
    return percentile(await timesOf(targets), 0.5)
  }
  await ask(() => null)
  for (let round = 0; round < setting.rounds; round++) {
    const free = await ask(() => null)
    added.push((await ask((i) => `100.${64 + round}.${i >> 8}.${i & 255}`)) - free)
    const before = await takes(setting)
    const begunAt = performance.now()
    refusal.push(await ask(() => `100.127.0.${round}`))
    const seconds = (performance.now() - begunAt) / 1_000
    // 60 at once, and 20 a second from then on, are let in or ask in vain once before they are.
    commands.push(((await takes(setting)) - before - 60 - 20 * seconds) / REQUESTS)
    setting.say(
      `round ${round + 1}: +${added.at(-1)?.toFixed(0)} us, a refusal ${refusal.at(-1)?.toFixed(0)} us`,
    )
  }
  return {
    conditions: [
      `GET /v1/items/N that are not there, ${REQUESTS} one after the other on one connection, rounds in turns`,
    ],
    figures: [
      { name: 'added to the p50', unit: 'us', spread: spreadOf(added), target: { atMost: 300 } },
      { name: 'p50 of a refusal', unit: 'us', spread: spreadOf(refusal), target: null },
      {
        name: 'commands a refusal of a known offender',
        unit: '',
        spread: spreadOf(commands),
        target: { atMost: 0.05 },
      },
    ],
  }
}

/** How often Redis has run a script. */
async function takes({ urls }: Setting): Promise<number> {
  const redis = new Redis(urls.redis)
  const stats = await redis.info('commandstats')
  redis.disconnect()
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(stats)?.[1] ?? 0)
}
