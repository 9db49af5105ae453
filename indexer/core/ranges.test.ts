import { expect, test } from 'vitest'
import { cutRanges, isRangeDone, loadProgress } from './ranges.ts'

test('ranges cover every id once', () => {
  const ranges = cutRanges(3n, 102n, 8)
  expect(ranges[0]?.after).toBe(2n)
  expect(ranges.at(-1)?.upto).toBe(102n)
  for (const [i, range] of ranges.entries()) {
    if (i > 0) expect(range.after).toBe(ranges[i - 1]?.upto)
  }
})

test('few ids make few ranges, and none make none', () => {
  expect(cutRanges(5n, 5n, 8)).toEqual([{ after: 4n, upto: 5n, cursor: 4n }])
  expect(cutRanges(null, null, 8)).toEqual([])
})

test('ids below zero are loaded too', () => {
  expect(cutRanges(-10n, 10n, 2).map((range) => range.after)).toEqual([-11n, 0n])
})

test('progress is the share of ids that is done', () => {
  const [first, second] = cutRanges(1n, 100n, 2)
  if (!first || !second) throw new Error('two ranges expected')
  expect(loadProgress([{ ...first, cursor: first.upto }, second])).toBe(0.5)
  expect(isRangeDone({ ...first, cursor: first.upto })).toBe(true)
  expect(loadProgress([])).toBe(1)
})
