import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cacheNode, loadedAnswer } from '../../test/support/cache-node.ts'
import { randomBy } from '../../test/support/random.ts'
import { isRefreshDue, jittered, LIFETIMES } from './expiry.ts'

const fraction = fc.double({ min: 0, max: 1, noNaN: true })

describe('cache-jitter: what was filled together does not expire together', () => {
  test('a lifetime is between nine and eleven tenths of itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fraction, (ms, random) => {
        const lifetime = jittered(ms, random)
        expect(lifetime >= ms * 0.9 - 1e-6 && lifetime <= ms * 1.1 + 1e-6).toBe(true)
      }),
    )
    expect([jittered(1_000, 0), jittered(1_000, 1)]).toEqual([900, 1_100])
  })

  test('an entry lives as long as its lifetime was drawn, and not longer', async () => {
    const clock = { now: 0 }
    const { cache, beat } = cacheNode(clock)
    const load = () => Promise.resolve(loadedAnswer('1'))
    const request = { key: 'k', family: 'search', mayCarry: ['all'], load, isHot: true } as const
    await cache.getOrLoad(request, new AbortController().signal)
    const lifetime = LIFETIMES.search.soft_ms * 1.1 // the node draws 1
    clock.now = lifetime - 1
    beat()
    expect(cache.peek('k', 'search')?.body.toString()).toBe('1')
    clock.now = lifetime
    beat()
    expect(cache.peek('k', 'search')).toBe(null)
  })

  test('an early refresh is as likely as its formula says', () => {
    const random = randomBy(20_261_125)
    const share = (remainingMs: number, loadMs: number) => {
      let due = 0
      for (let i = 0; i < 100_000; i++) if (isRefreshDue(remainingMs, loadMs, 1 - random())) due += 1
      return due / 100_000
    }
    expect(share(20, 20)).toBeCloseTo(Math.exp(-1), 2) // 36.8 % with one load time left
    expect(share(40, 20)).toBeCloseTo(Math.exp(-2), 2)
    expect(share(2_000, 20)).toBe(0)
    expect(share(0, 20)).toBe(1)
  })
})
