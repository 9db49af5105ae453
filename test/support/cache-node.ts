/** One node of the cache with a clock that the test turns, in contact with an empty log. */
import { Doorkeeper } from '../../src/cache/doorkeeper.ts'
import type { Entry, Loaded } from '../../src/cache/entry.ts'
import { createFirstTier } from '../../src/cache/first-tier.ts'
import { Lease } from '../../src/cache/lease.ts'
import { type SecondTier, TwoTierCache } from '../../src/cache/two-tier.ts'
import { Watermark } from '../../src/cache/watermark.ts'

export type Clock = { now: number }

/** A second tier that nodes share. */
export function sharedTier(): { readonly entries: Map<string, Entry>; readonly tier: SecondTier } {
  const entries = new Map<string, Entry>()
  return {
    entries,
    tier: {
      get: (key) => Promise.resolve(entries.get(key) ?? null),
      set: (key, _epoch, entry) => entries.set(key, { ...entry, filledAt: Number.NEGATIVE_INFINITY }),
      remove: (key) => entries.delete(key),
    },
  }
}

export function cacheNode(clock: Clock, tier: SecondTier = sharedTier().tier, maxBytes = 1_000_000) {
  const watermark = new Watermark()
  watermark.reset('e', 0)
  const lease = new Lease()
  const now = () => clock.now
  const l1 = createFirstTier(maxBytes)
  const doorkeeper = new Doorkeeper(now())
  const refused = { times: 0 }
  const cache = new TwoTierCache({
    ...{ l1, l2: tier, watermark, lease, doorkeeper, now },
    random: () => 1,
    onRefusal: () => {
      refused.times += 1
    },
  })
  /** The publisher's heartbeat: everything up to now is known. */
  const beat = () => {
    lease.asked(clock.now, clock.now + 1)
    lease.heartbeat(clock.now + 1)
  }
  beat()
  return { cache, watermark, lease, l1, doorkeeper, refused, beat }
}

export function loadedAnswer(body: string, overrides: Partial<Loaded> = {}): Loaded {
  return { tags: ['all', 't'], status: 200, headers: {}, body, kind: 'hit', isStorable: true, ...overrides }
}
