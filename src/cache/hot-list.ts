/** The hottest URLs of all api processes together, in the Redis of cached answers: what a starting one warms from. */
import type { Redis } from '../redis/connection.ts'
import type { HotUrl } from './hot-urls.ts'

/** URLs kept. */
export const HOT_MAX = 500
const TTL_SECONDS = 86_400
/** At each writing, so that what was hot an hour ago makes room. */
const AGEING = 0.5

export type HotList = {
  /** @throws Error when Redis does not answer */
  add(urls: readonly HotUrl[]): Promise<void>
  /** Hottest first. @throws Error when Redis does not answer */
  read(): Promise<string[]>
}

/** @param key sorted set: URL by weight */
export function createHotList(connection: Redis, key: string): HotList {
  return {
    async add(urls) {
      if (urls.length === 0) return
      const steps = connection.multi().zunionstore(key, 1, key, 'WEIGHTS', AGEING)
      for (const [url, count] of urls) steps.zincrby(key, count, url)
      await steps
        .zremrangebyrank(key, 0, -HOT_MAX - 1)
        .expire(key, TTL_SECONDS)
        .exec()
    },
    read: () => connection.zrevrange(key, 0, HOT_MAX - 1),
  }
}
