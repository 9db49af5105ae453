/** What a commit and a count survive on the servers of a benchmark: a rate without it says nothing. */
import { Redis } from 'ioredis'
import { z } from 'zod'
import type { Place } from './place.ts'

const Settings = z.object({ fsync: z.string(), synchronous_commit: z.string(), wal_sync_method: z.string() })

/** A line of the conditions. */
export async function durabilityOf({ pool, setting }: Place): Promise<string> {
  const { rows } = await pool.query(
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit,
            current_setting('wal_sync_method') as wal_sync_method`,
  )
  const { fsync, synchronous_commit, wal_sync_method } = Settings.parse(rows[0])
  const redis = new Redis(setting.urls.redis)
  const [[, appendonly], [, appendfsync]] = (await Promise.all([
    redis.config('GET', 'appendonly'),
    redis.config('GET', 'appendfsync'),
  ])) as [string[], string[]]
  redis.disconnect()
  const aof = appendonly === 'yes' ? `AOF with fsync ${appendfsync}` : 'no AOF'
  return `Postgres: fsync ${fsync} by ${wal_sync_method}, synchronous_commit ${synchronous_commit}; Redis: ${aof}`
}
