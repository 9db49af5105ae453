/**
 * The second tier: answers in Redis, shared by all api processes. It never throws and never waits long: what does
 * not come at once is a miss, and after several timeouts it is not asked for a while.
 */

import type { Redis } from '../redis/connection.ts'
import type { CacheKeys } from '../redis/keys.ts'
import { bindScript, readScript } from '../redis/scripts.ts'
import { decodeEntry, type Entry, encodeEntry, watermarkText } from './entry.ts'
import { jittered } from './expiry.ts'
import type { SecondTier } from './two-tier.ts'

/** Redis keeps an answer this long at most; validity is decided by the watermark, not by it. */
const TTL_MS = 300_000

/** Failures within the window that open the breaker, and for how long it stays open. */
const FAILURES_MAX = 5
const WINDOW_MS = 10_000
const OPEN_MS = 5_000

export type RedisTierParts = {
  /** Fails a command after 50 ms (connection option). */
  readonly connection: Redis
  readonly keys: CacheKeys
  /** Monotonic ms. */
  readonly now: () => number
  readonly random: () => number
  readonly onFailure?: (error: unknown) => void
  /** Duration of one read that was answered, ms. */
  readonly onRead?: (ms: number) => void
  readonly onBreaker?: (isOpen: boolean) => void
}

export function createRedisTier(parts: RedisTierParts): SecondTier {
  const { connection, keys, now, random } = parts
  const storeEntry = bindScript(connection, readScript('store-entry'))
  let failures: number[] = []
  let openUntil = Number.NEGATIVE_INFINITY
  const failed = (error: unknown) => {
    const at = now()
    failures = [...failures.filter((failure) => at - failure < WINDOW_MS), at]
    if (failures.length >= FAILURES_MAX) {
      openUntil = at + OPEN_MS
      failures = []
      parts.onBreaker?.(true)
    }
    parts.onFailure?.(error)
  }
  const isOpen = () => now() < openUntil
  return {
    async get(key, epoch) {
      if (isOpen()) return null
      const askedAt = now()
      try {
        const value = await connection.getBuffer(keys.entry(epoch, key))
        parts.onRead?.(now() - askedAt)
        if (openUntil > Number.NEGATIVE_INFINITY) {
          openUntil = Number.NEGATIVE_INFINITY
          parts.onBreaker?.(false)
        }
        return value === null ? null : decodeEntry(value, now())
      } catch (error) {
        failed(error)
        return null
      }
    },
    set(key, epoch, entry: Entry) {
      if (isOpen()) return
      const ttl = Math.ceil(jittered(TTL_MS, random()))
      const args = [watermarkText(entry.watermark), encodeEntry(entry, now()), ttl]
      storeEntry([keys.entry(epoch, key)], args).catch(failed)
    },
    remove(key, epoch) {
      if (!isOpen()) connection.del(keys.entry(epoch, key)).catch(failed)
    },
  }
}
