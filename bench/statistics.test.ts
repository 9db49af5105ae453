import { expect, test } from 'vitest'
import { percentile, ratios, spreadOf } from './statistics.ts'

test('a spread names the least, the middle and the most of its rounds', () => {
  expect(spreadOf([3, 1, 2])).toEqual({ min: 1, median: 2, max: 3, rounds: 3 })
})

test('the middle of an even number of rounds lies between two of them', () => {
  expect(spreadOf([4, 1, 2, 3]).median).toBe(2.5)
})

test('the 99th percentile of 1 to 101 is 100', () => {
  const values = Array.from({ length: 101 }, (_, i) => i + 1)
  expect(percentile(values, 0.99)).toBe(100)
})

test('ratios compare rounds that were measured in turns', () => {
  expect(ratios([6, 8], [10, 10])).toEqual([0.6, 0.8])
})

test('no rounds, or rounds without a partner, are refused', () => {
  expect(() => spreadOf([])).toThrow(RangeError)
  expect(() => ratios([1, 2], [1])).toThrow(RangeError)
})
