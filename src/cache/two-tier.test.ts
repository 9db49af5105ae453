import { LRUCache } from 'lru-cache'
import { describe, expect, test } from 'vitest'
import { Doorkeeper } from './doorkeeper.ts'
import type { Entry, Loaded } from './entry.ts'
import { Lease } from './lease.ts'
import { type Request, type SecondTier, TwoTierCache } from './two-tier.ts'
import { Watermark } from './watermark.ts'

const TAGS = ['all', 't']
const loaded = (body: string, over: Partial<Loaded> = {}): Loaded => ({
  tags: TAGS,
  status: 200,
  headers: {},
  body,
  kind: 'hit',
  isStorable: true,
  ...over,
})

/** A cache with a clock that the test turns, in contact with the log at position 0. */
function world(random = 1) {
  const clock = { now: 0 }
  const watermark = new Watermark()
  watermark.reset('e', 0)
  const lease = new Lease()
  const beat = () => {
    lease.asked(clock.now, clock.now + 1)
    lease.heartbeat(clock.now + 1)
  }
  beat()
  const shared = new Map<string, Entry>()
  const l2: SecondTier = {
    get: (key) => Promise.resolve(shared.get(key) ?? null),
    set: (key, _epoch, entry) => shared.set(key, { ...entry, filledAt: Number.NEGATIVE_INFINITY }),
    remove: (key) => shared.delete(key),
  }
  const l1 = new LRUCache<string, Entry>({ max: 100 })
  const doorkeeper = new Doorkeeper(0)
  const cache = new TwoTierCache({
    l1,
    l2,
    watermark,
    lease,
    doorkeeper,
    now: () => clock.now,
    random: () => random,
  })
  const get = (load: Request['load'], key = 'k') =>
    cache.getOrLoad({ key, family: 'search', mayCarry: TAGS, load }, new AbortController().signal)
  const give = (body: string, over: Partial<Loaded> = {}) => get(() => Promise.resolve(loaded(body, over)))
  const fail = () => get(() => Promise.reject(new Error('index away')))
  /** Twice, so that the doorkeeper lets it in. */
  const fill = async (body: string) => {
    doorkeeper.sighted('k', clock.now)
    await give(body)
  }
  const name = (verb: 'expire' | 'remove') =>
    watermark.apply({ id: watermark.consumed + 1, verb, tags: ['t'] })
  const standIn = () => cache.peekStandIn('k', 'search')?.body.toString() ?? null
  return {
    standIn,
    clock,
    watermark,
    lease,
    beat,
    l1,
    shared,
    get,
    give,
    fail,
    fill,
    name,
    cache,
    doorkeeper,
  }
}

const told = async (answer: ReturnType<TwoTierCache['getOrLoad']>) => {
  const { entry, source } = await answer
  return `${source} ${entry.body}`
}

describe('two-tier cache', () => {
  test('an answer is loaded once and then served from memory', async () => {
    const { fill, give } = world()
    await fill('1')
    expect(await told(give('2'))).toBe('HIT-L1 1')
  })

  test('a record that names a tag makes the next answer a fresh one', async () => {
    const { fill, give, name } = world()
    await fill('1')
    name('expire')
    expect(await told(give('2'))).toBe('MISS 2')
  })

  test('a load that is under way for a second is joined by nobody new', async () => {
    const { get, clock, beat } = world()
    const slow = Promise.withResolvers<Loaded>()
    const early = get(() => slow.promise)
    clock.now = 999
    beat()
    const joined = get(() => Promise.reject(new Error('not joined')))
    clock.now = 1_000
    beat()
    const late = told(get(() => Promise.resolve(loaded('2'))))
    expect(await late).toBe('MISS 2')
    slow.resolve(loaded('1'))
    expect([await told(early), await told(joined)]).toEqual(['MISS 1', 'MISS 1'])
  })

  test('an answer past its lifetime stands in for a load only while the lease is held', async () => {
    const { fill, standIn, lease } = world()
    await fill('1')
    expect(standIn()).toBe('1')
    lease.lose()
    expect(standIn()).toBe(null)
  })

  test('an answer that is dropped comes back from no tier', async () => {
    const { fill, give, cache, l1, shared } = world()
    await fill('1')
    cache.discard('k')
    expect([l1.has('k'), shared.size]).toEqual([false, 0])
    expect(await told(give('2'))).toBe('MISS 2')
  })

  test('what was seen once is in the second tier only', async () => {
    const { give, l1 } = world()
    await give('1')
    expect(l1.has('k')).toBe(false)
    expect(await told(give('2'))).toBe('HIT-L2 1')
  })

  test('without a lease an answer lives one second in memory, and the second tier is not believed', async () => {
    const { fill, give, clock, lease } = world()
    lease.lose()
    await fill('1')
    clock.now = 999
    expect(await told(give('2'))).toBe('HIT-L1 1')
    clock.now = 1_000
    expect(await told(give('3'))).toBe('MISS 3')
  })

  test('a copy from the second tier is not served without a lease', async () => {
    const { give, clock, l1, beat } = world()
    await give('1')
    beat()
    await give('2')
    expect(l1.has('k')).toBe(true)
    clock.now = 1_500
    expect(await told(give('3'))).toBe('MISS 3')
  })

  test('under load an answer past its lifetime may stand in until its grace is over, an invalidated one never', async () => {
    const { fill, give, name, standIn, clock, beat } = world()
    expect(standIn()).toBe(null)
    await fill('1')
    clock.now = 40_000
    beat()
    expect(standIn()).toBe('1')
    clock.now = 100_000
    beat()
    expect(standIn()).toBe(null)
    await give('2')
    expect(standIn()).toBe('2')
    name('expire')
    expect(standIn()).toBe(null)
  })

  test('an expired answer stands in while loading fails, and loading is tried once a second', async () => {
    const { fill, fail, give, clock, beat, name } = world()
    await fill('1')
    name('expire')
    expect(await told(fail())).toBe('STALE 1')
    clock.now = 500
    expect(await told(give('2'))).toBe('STALE 1')
    clock.now = 1_100
    beat()
    expect(await told(give('3'))).toBe('MISS 3')
  })

  test('a load that began before the log started again is not kept', async () => {
    const { get, give, doorkeeper, watermark, name, cache, beat } = world()
    for (let id = 1; id <= 9; id++) name('expire')
    doorkeeper.sighted('k', 0)
    const { promise, resolve } = Promise.withResolvers<Loaded>()
    const early = get(() => promise)
    watermark.reset('another', 0) // flushed: positions count from 1 again
    cache.clear()
    beat()
    resolve(loaded('1'))
    expect(await told(early)).toBe('MISS 1')
    name('expire')
    expect(await told(give('2'))).toBe('MISS 2')
  })

  test('what was held before the log started again does not stand in', async () => {
    const { fill, get, watermark, name, cache } = world()
    for (let id = 1; id <= 9; id++) name('expire')
    await fill('1')
    name('expire')
    const { promise, reject } = Promise.withResolvers<Loaded>()
    const answer = get(() => promise)
    watermark.reset('another', 0)
    cache.clear()
    reject(new Error('index away'))
    await expect(answer).rejects.toThrow('index away')
  })

  test('a removed answer never stands in', async () => {
    const { fill, fail, name } = world()
    await fill('1')
    name('remove')
    await expect(fail()).rejects.toThrow('index away')
  })

  test('an answer past its grace never stands in', async () => {
    const { fill, fail, clock } = world()
    await fill('1')
    clock.now = 33_000 + 60_000 + 1
    await expect(fail()).rejects.toThrow('index away')
  })

  test('a degraded answer is given and not kept', async () => {
    const { give, shared } = world()
    await give('1', { isStorable: false })
    expect(shared.size).toBe(0)
    expect(await told(give('2'))).toBe('MISS 2')
  })

  test('an empty result lives ten seconds', async () => {
    const { give, fill, clock, beat } = world(0.5)
    await fill('0')
    clock.now = 30_001
    beat()
    await give('1', { kind: 'empty' })
    clock.now = 30_001 + 10_001
    beat()
    expect(await told(give('2'))).toBe('MISS 2')
  })

  test('an answer near its end is refreshed behind the back of the caller', async () => {
    const { get, give, clock, beat } = world(Number.MIN_VALUE) // as unlikely as can be: refresh 7.4 s early
    const slowly = (body: string) => () => {
      clock.now += 10
      return Promise.resolve(loaded(body))
    }
    await get(slowly('1'))
    await get(slowly('1')) // in memory from the second sighting on
    clock.now = 20_000
    beat()
    expect(await told(get(slowly('2')))).toBe('HIT-L1 1')
    expect(await told(give('3'))).toBe('HIT-L1 2')
  })
})
