/** The arithmetic of a benchmark: spread of rounds, percentiles of times, ratios of what was measured in turns. Pure. */

/** Of repeated rounds. */
export type Spread = {
  readonly min: number
  readonly median: number
  readonly max: number
  readonly rounds: number
}

/** @throws RangeError when there is nothing to spread */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values)
  return {
    min: quantile(sorted, 0),
    median: quantile(sorted, 0.5),
    max: quantile(sorted, 1),
    rounds: sorted.length,
  }
}

/**
 * @param share 0..1; between two values it is interpolated
 * @throws RangeError when there are no values
 */
export function percentile(values: readonly number[], share: number): number {
  return quantile(ascending(values), share)
}

/** Round by round, so that what slows one round of both does not look like a difference. */
export function ratios(ours: readonly number[], floor: readonly number[]): number[] {
  if (ours.length !== floor.length) {
    throw new RangeError(
      `rounds: as many of ours as of the floor expected, got ${ours.length} and ${floor.length}`,
    )
  }
  return ours.map((value, i) => value / (floor[i] ?? Number.NaN))
}

function ascending(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('values: at least one expected, got none')
  return [...values].sort((a, b) => a - b)
}

function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)] ?? Number.NaN
  const above = sorted[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}
