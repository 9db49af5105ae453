/** The id ranges of a first load: cut once, each with its own cursor, so that a load goes on where it stopped. */
import type { LoadRange } from './state.ts'

/**
 * Cut (lowest - 1, highest] into up to `parts` ranges of equal width.
 * @param lowest null: the table is empty
 */
export function cutRanges(lowest: bigint | null, highest: bigint | null, parts: number): LoadRange[] {
  if (lowest === null || highest === null) return []
  const width = highest - lowest + 1n
  const step = (width + BigInt(parts) - 1n) / BigInt(parts)
  const ranges: LoadRange[] = []
  for (let after = lowest - 1n; after < highest; after += step) {
    const upto = after + step < highest ? after + step : highest
    ranges.push({ after, upto, cursor: after })
  }
  return ranges
}

export function isRangeDone(range: LoadRange): boolean {
  return range.cursor >= range.upto
}

/** Share of the ids that is done, 0..1. */
export function loadProgress(ranges: readonly LoadRange[]): number {
  const width = ranges.reduce((sum, range) => sum + (range.upto - range.after), 0n)
  const done = ranges.reduce((sum, range) => sum + (range.cursor - range.after), 0n)
  return width === 0n ? 1 : Number((done * 10_000n) / width) / 10_000
}
