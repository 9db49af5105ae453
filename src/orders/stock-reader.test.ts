import { describe, expect, test } from 'vitest'
import type { StockCount } from './admission.ts'
import { StockReader } from './stock-reader.ts'

const count = (sku: string): StockCount => ({ sku, available: 1, ver: 1, queue: false, limit: null })

/** A reader whose readings end when the test says so. */
function readerBefore() {
  const readings: { readonly skus: readonly string[]; end(): void; fail(): void }[] = []
  const reader = new StockReader((skus) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly StockCount[]>()
    readings.push({
      skus,
      end: () => resolve(skus.map(count)),
      fail: () => reject(new Error('Postgres is away')),
    })
    return promise
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  return { readings, reader, turn }
}

describe('readings of stock', () => {
  test('whoever comes while a reading is under way shares the next one', async () => {
    const { readings, reader, turn } = readerBefore()
    const first = reader.read(['A'])
    await turn()
    const others = [reader.read(['A', 'B']), reader.read(['C'])]
    await turn()
    expect(readings.map(({ skus }) => skus)).toEqual([['A']])
    readings[0]?.end()
    await first
    await turn()
    expect(readings.map(({ skus }) => skus)).toEqual([['A'], ['A', 'B', 'C']])
    readings[1]?.end()
    expect((await Promise.all(others)).map((counts) => [...counts.keys()])).toEqual([
      ['A', 'B', 'C'],
      ['A', 'B', 'C'],
    ])
  })

  test('a reading that fails is told to those who asked, and the next one is made', async () => {
    const { readings, reader, turn } = readerBefore()
    const first = reader.read(['A'])
    await turn()
    const second = reader.read(['B'])
    readings[0]?.fail()
    await expect(first).rejects.toThrow('Postgres is away')
    await turn()
    readings[1]?.end()
    expect((await second).has('B')).toBe(true)
  })
})
