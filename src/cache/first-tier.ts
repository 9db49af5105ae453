/**
 * The answers in memory, bounded by bytes. Empty results live in a tenth of it: whoever asks for one nonsense after the
 * other pushes out other nonsense, and not what shoppers look at.
 */
import { LRUCache } from 'lru-cache'
import { type Entry, entryBytes } from './entry.ts'

export type FirstTier = {
  get(key: string): Entry | undefined
  set(key: string, entry: Entry): void
  has(key: string): boolean
  delete(key: string): void
  clear(): void
}

export type BoundedFirstTier = FirstTier & {
  /** Entries held. */
  readonly size: number
  /** Estimated size of all of them. */
  readonly bytes: number
  /** The n-th entry in no order that means anything; null beyond the last. */
  at(n: number): readonly [key: string, entry: Entry] | null
}

/** Of all bytes. */
const EMPTY_SHARE = 0.1

/** @param maxBytes of both kinds together */
export function createFirstTier(maxBytes: number): BoundedFirstTier {
  const emptyBytes = Math.max(1, Math.floor(maxBytes * EMPTY_SHARE))
  const hits = lru(Math.max(1, maxBytes - emptyBytes))
  const empties = lru(emptyBytes)
  return {
    get: (key) => hits.get(key) ?? empties.get(key),
    set(key, entry) {
      const [own, other] = entry.kind === 'empty' ? [empties, hits] : [hits, empties]
      other.delete(key)
      own.set(key, entry)
    },
    has: (key) => hits.has(key) || empties.has(key),
    delete(key) {
      hits.delete(key)
      empties.delete(key)
    },
    clear() {
      hits.clear()
      empties.clear()
    },
    get size() {
      return hits.size + empties.size
    },
    get bytes() {
      return hits.calculatedSize + empties.calculatedSize
    },
    at(n) {
      const [tier, at] = n < hits.size ? [hits, n] : [empties, n - hits.size]
      return tier.entries().drop(at).next().value ?? null
    },
  }
}

function lru(maxSize: number): LRUCache<string, Entry> {
  return new LRUCache({ maxSize, sizeCalculation: (entry, key) => entryBytes(key, entry) })
}
