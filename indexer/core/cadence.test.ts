import { expect, test } from 'vitest'
import { untilRefresh } from './cadence.ts'

test('search is refreshed at its cadence while the indexer keeps up', () => {
  expect(untilRefresh(200, 50, 0)).toBe(150)
  expect(untilRefresh(200, 200, 1_000)).toBe(0)
  expect(untilRefresh(200, 3_000, 0)).toBe(0)
})

test('while many changes wait to be read, search is refreshed twice a second', () => {
  expect(untilRefresh(200, 200, 1_001)).toBe(300)
  expect(untilRefresh(200, 500, 100_000)).toBe(0)
})

test('a cadence that is slower anyway is kept while changes wait', () => {
  expect(untilRefresh(2_000, 500, 5_000)).toBe(1_500)
})
