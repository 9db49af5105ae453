/** Buckets of rate limits in Redis, shared by all processes: script results as named outcomes. */
import type { Redis } from './connection.ts'
import type { LimitKeys } from './keys.ts'
import { bindScript, readScript } from './scripts.ts'

/** What the script `gcra` says. */
export type BucketReply = readonly [outcome: 'allowed' | 'limited', remaining: number, retryAfterMs: number]

export type SharedBuckets = {
  /**
   * Take `cost` tokens from the bucket of one name.
   * @throws Error when Redis does not answer in time
   */
  take(
    bucket: string,
    rate: { readonly limit: number; readonly periodMs: number; readonly burst: number },
    cost: number,
  ): Promise<BucketReply>
  /** Note that this process lives. @returns how many do @throws Error when Redis does not answer in time */
  countInstances(): Promise<number>
}

/** Three notes may get lost before a process is taken for gone. */
export const NOTE_EVERY_MS = 5_000
const GONE_MS = 20_000

/** @param instance random text that names this process */
export function createSharedBuckets(connection: Redis, keys: LimitKeys, instance: string): SharedBuckets {
  const gcra = bindScript(connection, readScript('gcra'))
  const noteInstance = bindScript(connection, readScript('count-instances'))
  return {
    async take(bucket, { limit, periodMs, burst }, cost) {
      const reply = await gcra([keys.bucket(bucket)], [limit, periodMs, burst, cost])
      return reply as unknown as BucketReply
    },
    async countInstances() {
      const [, count] = await noteInstance([keys.instances], [instance, GONE_MS])
      return Number(count)
    },
  }
}
