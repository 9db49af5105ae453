import { describe, expect, test } from 'vitest'
import { cacheNode, loadedAnswer, sharedTier } from '../../test/support/cache-node.ts'
import { Doorkeeper } from './doorkeeper.ts'

const never = new AbortController().signal
const request = (key: string, isHot = false) =>
  ({
    key,
    family: 'suggest',
    mayCarry: ['all', 't'],
    load: () => Promise.resolve(loadedAnswer(key)),
    isHot,
  }) as const

describe('cache-admission: memory is for what is asked again', () => {
  test('a scan of keys that are asked once leaves what is asked again in memory', async () => {
    const { cache, l1, refused } = cacheNode({ now: 0 })
    for (let i = 0; i < 2; i++) await cache.getOrLoad(request('popular'), never)
    for (let i = 0; i < 10_000; i++) await cache.getOrLoad(request(`once ${i}`), never)
    expect([l1.size, cache.peek('popular', 'suggest')?.body.toString()]).toEqual([1, 'popular'])
    expect(refused.times).toBe(10_001)
  })

  test('the first sighting fills the second tier, and its hit is the second one', async () => {
    const { entries, tier } = sharedTier()
    const { cache, l1 } = cacheNode({ now: 0 }, tier)
    await cache.getOrLoad(request('k'), never)
    expect([entries.has('k'), l1.has('k')]).toEqual([true, false])
    expect((await cache.getOrLoad(request('k'), never)).source).toBe('HIT-L2')
    expect(l1.has('k')).toBe(true)
  })

  test('what is known to be asked often is let in at once', async () => {
    const { cache, l1 } = cacheNode({ now: 0 })
    await cache.getOrLoad(request('k', true), never)
    expect(l1.has('k')).toBe(true)
  })

  test('a sighting counts for ten to twenty seconds', () => {
    const doorkeeper = new Doorkeeper(0)
    doorkeeper.sighted('k', 9_999)
    expect(doorkeeper.sighted('k', 10_000)).toBe(true)
    expect(new Doorkeeper(0).sighted('k', 0)).toBe(false)
    const forgetful = new Doorkeeper(0)
    forgetful.sighted('k', 0)
    expect(forgetful.sighted('k', 20_000)).toBe(false)
  })

  test('the table of sightings is bounded', () => {
    const doorkeeper = new Doorkeeper(0)
    doorkeeper.sighted('first', 0)
    for (let i = 0; i < 100_000; i++) doorkeeper.sighted(`k ${i}`, 1)
    expect(doorkeeper.sighted('first', 1)).toBe(false)
  })
})
