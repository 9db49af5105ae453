import { describe, expect, test } from 'vitest'
import { SOLD_OUT, SoldOutCache } from './sold-out.ts'

const line = (sku: string) => ({ sku, qty: 1 })

function cacheAt() {
  const time = { now: 0 }
  return { time, cache: new SoldOutCache(() => time.now) }
}

describe('the local sold-out cache', () => {
  test('a SKU without units is refused for a second at most', () => {
    const { time, cache } = cacheAt()
    cache.note({ sku: 'A', ver: 5 })
    time.now = 999
    expect(cache.refusal([line('A')], false)).toEqual({
      reason: 'SOLD_OUT',
      lines: [{ sku: 'A', requested: 1, available: 0 }],
    })
    time.now = 1_000
    expect(cache.refusal([line('A')], false)).toBeNull()
    expect(SOLD_OUT.ttlMs).toBeLessThanOrEqual(1_000)
  })

  test('a newer change drops it, an older or the same one does not', () => {
    const { cache } = cacheAt()
    cache.note({ sku: 'A', ver: 5 })
    cache.changed({ sku: 'A', ver: 4 })
    cache.changed({ sku: 'A', ver: 5 })
    expect(cache.refusal([line('A')], false)).not.toBeNull()
    cache.changed({ sku: 'A', ver: 6 })
    expect(cache.refusal([line('A')], false)).toBeNull()
  })

  test('a sighting that arrives after a newer change is not believed', () => {
    const { cache } = cacheAt()
    cache.changed({ sku: 'A', ver: 6 })
    cache.note({ sku: 'A', ver: 5 })
    expect(cache.refusal([line('A')], false)).toBeNull()
    cache.note({ sku: 'A', ver: 6 })
    expect(cache.refusal([line('A')], false)).not.toBeNull()
  })

  test('one line that is gone refuses a cart, unless the cart takes what it can get', () => {
    const { cache } = cacheAt()
    cache.note({ sku: 'A', ver: 1 })
    expect(cache.refusal([line('A'), line('B')], false)).toMatchObject({
      reason: 'PARTIAL',
      lines: [{ sku: 'A' }],
    })
    expect(cache.refusal([line('A'), line('B')], true)).toBeNull()
    cache.note({ sku: 'B', ver: 1 })
    expect(cache.refusal([line('A'), line('B')], true)).toMatchObject({ reason: 'SOLD_OUT' })
  })

  test('the oldest SKU leaves when the cache is full', () => {
    const cache = new SoldOutCache(() => 0, { max: 2, ttlMs: 1_000 })
    for (const sku of ['A', 'B', 'C']) cache.note({ sku, ver: 1 })
    expect(['A', 'B', 'C'].map((sku) => cache.refusal([line(sku)], false) !== null)).toEqual([
      false,
      true,
      true,
    ])
  })
})
