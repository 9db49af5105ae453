import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PRICE_GRID, priceRanges } from './price-ranges.ts'

const counts = (entries: Record<string, number>) => new Map(Object.entries(entries))

test('bounds are round amounts, the ends are open', () => {
  expect(priceRanges(counts({ '0': 5, '1000': 7, '5000': 3 }))).toEqual([
    { min: null, max: 999, count: 5 },
    { min: 1000, max: 1999, count: 7 },
    { min: 2000, max: null, count: 3 },
  ])
})

test('neighbours with the fewest items become one range', () => {
  const ranges = priceRanges(
    counts({ '0': 9, '100': 9, '200': 1, '500': 1, '1000': 9, '2000': 9, '5000': 9 }),
  )
  expect(ranges).toHaveLength(6)
  expect(ranges).toContainEqual({ min: 200, max: 999, count: 2 })
})

test('an empty interval joins the neighbour with fewer items', () => {
  expect(priceRanges(counts({ '0': 5, '500': 3 }))).toEqual([
    { min: null, max: 99, count: 5 },
    { min: 100, max: null, count: 3 },
  ])
  expect(priceRanges(counts({ '0': 3, '500': 5 }))).toEqual([
    { min: null, max: 499, count: 3 },
    { min: 500, max: null, count: 5 },
  ])
})

test('prices that all lie in one interval are no choice', () => {
  expect(priceRanges(counts({ '1000': 70 }))).toEqual([])
  expect(priceRanges(counts({}))).toEqual([])
})

test('ranges meet, cover every price and lose no item', () => {
  const count = fc.nat({ max: 1_000 })
  fc.assert(
    fc.property(fc.array(count, { minLength: 28, maxLength: 28 }), (values) => {
      const given = new Map([0, ...PRICE_GRID].map((bound, i) => [String(bound), values[i] ?? 0]))
      const ranges = priceRanges(given)
      if (ranges.length === 0) return
      expect(ranges.length).toBeLessThanOrEqual(6)
      expect(ranges.reduce((sum, range) => sum + range.count, 0)).toBe(values.reduce((sum, n) => sum + n, 0))
      for (const [i, range] of ranges.entries()) {
        expect(range.min).toBe(i === 0 ? null : (ranges[i - 1]?.max ?? 0) + 1)
        expect(range.count).toBeGreaterThan(0)
      }
      expect(ranges.at(-1)?.max).toBeNull()
    }),
  )
})
