/**
 * Late and missing events by the version of their key. For whoever sees every event of a topic: in a group each
 * consumer sees a part, and a gap says nothing.
 */
import { LRUCache } from 'lru-cache'

/**
 * `next`: the one that was awaited, or the first of its key. `late`: seen before, or older than what was seen.
 * `gap`: versions between are missing; what they changed has to be read, never guessed.
 */
export type Sequence = 'next' | 'late' | 'gap'

export type Versions = {
  /** Where this version stands, which is the latest of its key from now on unless it is late. */
  see(key: string, ver: number): Sequence
}

/** @param maxKeys keys remembered; one that was forgotten begins anew, so a gap of it is not noticed */
export function createVersions(maxKeys: number): Versions {
  const latest = new LRUCache<string, number>({ max: maxKeys })
  return {
    see(key, ver) {
      const before = latest.get(key)
      if (before !== undefined && ver <= before) return 'late'
      latest.set(key, ver)
      return before === undefined || ver === before + 1 ? 'next' : 'gap'
    },
  }
}
