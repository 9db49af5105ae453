/** Where the invalidation log stands, for who builds something from the index and is asked later what changed since. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '../redis/connection.ts'
import type { CacheKeys } from '../redis/keys.ts'

/** A position in one life of the log. */
export type LogPosition = { readonly epoch: string; readonly seq: number }

/** A connection that was only just made may not be there yet. */
const ATTEMPTS = 10
const PAUSE_MS = 100

/** @returns null: there is no log, or Redis does not answer; nothing can be said about what changed then */
export async function readLogPosition(connection: Redis, keys: CacheKeys): Promise<LogPosition | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      const [epoch, seq] = await connection.mget(keys.epoch, keys.seq)
      return epoch ? { epoch, seq: Number(seq ?? 0) } : null
    } catch {
      if (attempt === ATTEMPTS) return null
      await sleep(PAUSE_MS)
    }
  }
}
