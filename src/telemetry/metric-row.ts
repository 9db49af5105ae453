/** Form of a row in the list of metrics, and the buckets that rows share. */

export type MetricKind = 'counter' | 'gauge' | 'histogram'

export type MetricRow = {
  readonly kind: MetricKind
  readonly help: string
  readonly labels: readonly string[]
  readonly buckets?: readonly number[]
}

/** Seconds of something that somebody waits for. */
export const LATENCY = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Seconds until a change has gone its way. */
export const LAG = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300]
