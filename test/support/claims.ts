/** Whether search shows what the invalidation log claims: each item inserted has to be found once its commit is claimed. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { onTestFinished } from 'vitest'
import { parseRecord } from '../../src/cache/log-record.ts'
import { parseLsn } from '../../src/cache/sync-point.ts'
import { namesFor } from '../../src/catalog/names.ts'
import type { Client } from '../../src/elasticsearch/client.ts'
import { readCommitPosition } from '../../src/postgres/commit-position.ts'
import { cacheKeys } from '../../src/redis/keys.ts'
import type { TestDatabase } from './database.ts'

export type Claims = {
  /** Commits that the log came to claim. */
  readonly claimed: number
  /** Ids that were not found then. */
  readonly early: readonly string[]
}

const LOOK_MS = 5
/** A claim comes a few times a second; so many commits wait for each. */
const AT_ONCE = 8

/** The position that the newest record of a log claims; 0: none. */
export async function claimedPosition(redis: Redis, redisPrefix: string): Promise<bigint> {
  const [entry] = await redis.xrevrange(cacheKeys(redisPrefix).log, '+', '-', 'COUNT', 1)
  return (entry && parseLsn(parseRecord(entry).lsn)) ?? 0n
}

/** Insert items until stopped. */
export function checkClaims(database: TestDatabase, client: Client): { stop(): Promise<Claims> } {
  const { itemsAlias, redisPrefix } = namesFor(database.namespace)
  const redis = new Redis(database.redisUrl)
  const early: string[] = []
  let [inserted, claimed, isStopping] = [0, 0, false]
  const insert = async () => {
    inserted += 1
    const { rows } = await database.pool.query<{ item_id: string }>(
      `insert into items (sku, name, category_id, price_minor, currency)
       values ('CLAIM-' || $1::integer, 'Claimed', 1, 1, 'EUR') returning item_id::text`,
      [inserted],
    )
    return rows[0]?.item_id ?? ''
  }
  const isSold = async (id: string) => {
    const sql = `select 1 from items where item_id = $1::bigint and status = 'active'`
    return (await database.pool.query(sql, [id])).rows.length > 0
  }
  const checking = async () => {
    while (!isStopping) {
      const id = await insert()
      const position = parseLsn(await readCommitPosition(database.pool)) ?? 0n
      let isClaimed = false
      while (!isClaimed && !isStopping) {
        await sleep(LOOK_MS)
        isClaimed = (await claimedPosition(redis, redisPrefix)) >= position
      }
      if (!isClaimed) return
      claimed += 1
      const { count } = await client.count({ index: itemsAlias, query: { term: { item_id: id } } })
      if (count === 0 && (await isSold(id))) early.push(id) // another writer may have taken it away
    }
  }
  const done = Promise.all(Array.from({ length: AT_ONCE }, checking))
  const stop = async () => {
    isStopping = true
    await done
    redis.disconnect()
    return { claimed, early }
  }
  onTestFinished(async () => {
    await stop()
  })
  return { stop }
}
