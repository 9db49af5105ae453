/** Changes of stock at many browsers of one process (T22), from their entry in the stream to their receipt. */
import { setTimeout as sleep } from 'node:timers/promises'
import { watchStock } from '../sim/stock-watchers.ts'
import type { Redis } from '../src/redis/connection.ts'
import { topicKeys } from '../src/redis/keys.ts'
import { until } from '../stack/wait.ts'
import type { Place } from './place.ts'
import { withProcess } from './processes.ts'
import { percentile } from './statistics.ts'

const SKUS = Array.from({ length: 20 }, (_, i) => `SKU-${i}`)
const SKUS_EACH = 5
const SETTLE_MS = 1_000

export type Pushed = { readonly p50: number; readonly p99: number; readonly rate: number }

/** @returns of each round; ms, and changes a second over all browsers */
export async function pushes(
  place: Place,
  redis: Redis,
  { browsers, perSecond }: { readonly browsers: number; readonly perSecond: number },
): Promise<Pushed[]> {
  const { setting, pool, env, names } = place
  const receive = `select from inv.receive($1::text[], array_fill(1::smallint, array[$2::integer]),
                                           array_fill(1, array[$2::integer]), 'bench', null)`
  await pool.query(receive, [SKUS, SKUS.length])
  const lists = Array.from({ length: browsers }, (_, b) =>
    Array.from({ length: SKUS_EACH }, (_unused, i) => SKUS[(b + i * 4) % SKUS.length] ?? ''),
  )
  const { stream } = topicKeys(names.redisPrefix, 'stock')
  return await withProcess(setting, 'api', env, async (api) => {
    const watchers = await watchStock(api.url, lists, () => performance.now())
    try {
      const all = () => Promise.resolve(watchers.snapshots === browsers ? true : undefined)
      await until('every browser has its snapshot', all, { deadlineMs: 60_000, signal: setting.signal })
      const rounds: Pushed[] = []
      let ver = 1
      for (let round = -1; round < setting.rounds; round++) {
        watchers.delays.length = 0
        const startedAt = performance.now()
        for (let i = 0; i < perSecond * setting.seconds; i++) {
          await sleep(Math.max(0, startedAt + (i * 1_000) / perSecond - performance.now()))
          if (i % SKUS.length === 0) ver += 1
          await tell(redis, stream, SKUS[i % SKUS.length] ?? '', ver)
        }
        await sleep(SETTLE_MS)
        const { delays } = watchers
        const pushed = {
          p50: percentile(delays, 0.5),
          p99: percentile(delays, 0.99),
          rate: delays.length / setting.seconds,
        }
        if (round >= 0) rounds.push(pushed) // the first round warms
        setting.say(`pushes: ${JSON.stringify(pushed)}`)
      }
      if (watchers.backwards > 0 || watchers.open !== browsers) {
        throw new Error(`${watchers.backwards} versions went back, ${watchers.open} of ${browsers} are left`)
      }
      return rounds
    } finally {
      watchers.close()
    }
  })
}

/** The time stands in the count of units. */
async function tell(redis: Redis, stream: string, sku: string, ver: number): Promise<void> {
  const available = Math.round(performance.now())
  const payload = JSON.stringify({ sku, ver, d: 0, available, queue: 0, via: 'delta' })
  const at = new Date().toISOString()
  const fields = [
    'id',
    '1',
    'key',
    sku,
    'ver',
    `${ver}`,
    'type',
    'stock.changed',
    'payload',
    payload,
    'at',
    at,
  ]
  await redis.xadd(stream, '*', ...fields)
}
