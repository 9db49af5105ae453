/**
 * Ranges of the price facet. Bounds come from the series 1, 2, 5, 10, ... of major units, so they are round and
 * the same link keeps its meaning while prices change. The index counts every interval of the series; empty
 * intervals join a neighbour, then the two neighbours with the fewest items together become one, until at most
 * `RANGES_MAX` are left: each range holds a fair share of the result. Pure.
 */
import type { Bounds } from '../elasticsearch/query/facets.ts'

export type CountedRange = Bounds & { readonly count: number }

const RANGES_MAX = 6
/** Major units up to 10^8, as powers of ten of minor units (two decimals). */
const POWERS = [2, 3, 4, 5, 6, 7, 8, 9, 10]

/** Where intervals meet, minor units, ascending. */
export const PRICE_GRID: readonly number[] = POWERS.flatMap((power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
)

/** As the aggregation names the intervals: by their lower bounds. */
const GRID_KEYS = [0, ...PRICE_GRID].map(String)

/**
 * @param counts items by lower bound of the interval, as the aggregation names them; "0" is the first
 * @returns ranges, ascending; empty when all prices lie in one interval, which is no choice
 */
export function priceRanges(counts: ReadonlyMap<string, number>): CountedRange[] {
  const ranges = filledIntervals(counts)
  while (ranges.length > RANGES_MAX) mergeSmallestPair(ranges)
  return ranges.length < 2 ? [] : ranges.map(({ min, max, count }) => ({ min, max, count }))
}

type Interval = { readonly min: number | null; max: number | null; count: number }

/** Intervals with items, each with the empty ones beside it: those between two go to the one with fewer items. */
function filledIntervals(counts: ReadonlyMap<string, number>): Interval[] {
  const ranges: Interval[] = []
  let emptyFrom: number | null = null // where the empty ones behind the last interval begin
  for (const [i, key] of GRID_KEYS.entries()) {
    const count = counts.get(key) ?? 0
    const from = i === 0 ? 0 : (PRICE_GRID[i - 1] ?? 0)
    if (count === 0) {
      emptyFrom ??= from
      continue
    }
    const last = ranges.at(-1)
    const min: number = last && emptyFrom !== null && count < last.count ? emptyFrom : from
    if (last) last.max = min - 1
    ranges.push({ min: last ? min : null, max: null, count })
    emptyFrom = null
  }
  return ranges
}

/** The two neighbours with the fewest items together become one, the first two of equal ones. */
function mergeSmallestPair(ranges: Interval[]): void {
  let best = 0
  let fewest = Number.POSITIVE_INFINITY
  for (let at = 0; at + 1 < ranges.length; at++) {
    const sum = (ranges[at]?.count ?? 0) + (ranges[at + 1]?.count ?? 0)
    if (sum >= fewest) continue
    best = at
    fewest = sum
  }
  const left = ranges[best]
  const right = ranges[best + 1]
  if (!left || !right) return
  left.max = right.max
  left.count += right.count
  ranges.splice(best + 1, 1)
}
