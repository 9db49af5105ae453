import { expect, test } from 'vitest'
import { rowAfter, stockView } from './stock-view.ts'

const ROW = { sku: 'LAMP', ver: 7, available: 6, low_at: 5, queue: 0 }
const EVENT = { sku: 'LAMP', ver: 8, d: -1, available: 5, queue: 2, via: 'delta' as const }

test.each([
  [6, 'in_stock', 6],
  [5, 'low', 5],
  [1, 'low', 1],
  [0, 'out_of_stock', 0],
  [-3, 'out_of_stock', 0],
])('%i available is %s to a shopper, who sees %i', (available, state, units) => {
  expect(stockView({ ...ROW, available })).toEqual({ sku: 'LAMP', ver: 7, available: units, state, queue: 0 })
})

test('an event gives the counts of its version', () => {
  expect(rowAfter(ROW, EVENT)).toEqual({ ...ROW, ver: 8, available: 5, queue: 2 })
})

test('an event that is not newer changes nothing', () => {
  expect(rowAfter(ROW, { ...EVENT, ver: 7 })).toBe(ROW)
  expect(rowAfter(ROW, { ...EVENT, ver: 3 })).toBe(ROW)
})
