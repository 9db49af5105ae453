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

/**
 * @param counts items by lower bound of the interval, as the aggregation names them; "0" is the first
 * @returns ranges, ascending; empty when all prices lie in one interval, which is no choice
 */
export function priceRanges(counts: ReadonlyMap<string, number>): CountedRange[] {
  const ranges = [0, ...PRICE_GRID].map((from, i) => ({
    min: from,
    max: (PRICE_GRID[i] ?? Number.POSITIVE_INFINITY) - 1,
    count: counts.get(String(from)) ?? 0,
  }))
  while (ranges.some((range) => range.count === 0) && ranges.length > 1) {
    mergeAt(
      ranges,
      smallestPair(ranges, (a, b) => a.count === 0 || b.count === 0),
    )
  }
  while (ranges.length > RANGES_MAX)
    mergeAt(
      ranges,
      smallestPair(ranges, () => true),
    )
  if (ranges.length < 2) return []
  return ranges.map((range, i) => ({
    min: i === 0 ? null : range.min,
    max: i === ranges.length - 1 ? null : range.max,
    count: range.count,
  }))
}

type Interval = { min: number; max: number; count: number }

/** Index of the pair of neighbours with the fewest items together, of those that `isAllowed`. */
function smallestPair(ranges: readonly Interval[], isAllowed: (a: Interval, b: Interval) => boolean): number {
  let best = { at: 0, sum: Number.POSITIVE_INFINITY }
  for (const [at, range] of ranges.entries()) {
    const next = ranges[at + 1]
    if (next && isAllowed(range, next) && range.count + next.count < best.sum) {
      best = { at, sum: range.count + next.count }
    }
  }
  return best.at
}

function mergeAt(ranges: Interval[], at: number): void {
  const [left, right] = [ranges[at], ranges[at + 1]]
  if (!left || !right) return
  ranges.splice(at, 2, { min: left.min, max: right.max, count: left.count + right.count })
}
