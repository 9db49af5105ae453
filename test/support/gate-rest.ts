/** I12: at rest the gate counts what Postgres has, and nothing is tentative. Looked at past the scripts, on one Redis. */
import { Redis } from 'ioredis'
import { readStockSnapshots } from '../../src/postgres/inv/stock-snapshots.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { gateKeys } from '../../src/redis/keys.ts'

/**
 * @param prefix of the installation's Redis keys
 * @returns in words what is not at rest; empty: I12 holds
 */
export async function gateUnrest(pool: Pool, redisUrl: string, prefix: string): Promise<string[]> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, retryStrategy: () => null })
  redis.on('error', () => undefined) // the command that fails says so
  try {
    const keys = gateKeys(prefix)
    const epoch = await redis.get(keys.epoch(0))
    if (epoch === null) return ['the gate has no epoch']
    const of = keys.of(0, Number(epoch))
    const tentative = await redis.zcard(of.tz)
    const loaded = (await redis.keys(`${of.k('')}*`)).map((key) => key.slice(of.k('').length))
    const there = new Map((await readStockSnapshots(pool, loaded)).map((one) => [one.sku, one.available]))
    const counts = await Promise.all(loaded.map((sku) => redis.hget(of.k(sku), 'a')))
    const wrong = loaded.flatMap((sku, at) => {
      const [a, available] = [Number(counts[at]), there.get(sku)]
      return a === available ? [] : [`${sku}: the gate has ${a}, Postgres ${available}`]
    })
    return tentative > 0 ? [...wrong, `${tentative} admissions are tentative`] : wrong
  } finally {
    redis.disconnect()
  }
}
