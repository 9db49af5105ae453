/**
 * How many bulks may be open: one more after a while of success, half after a refusal. Source: Chiu and Jain,
 * 1989, doi:10.1016/0169-7552(89)90019-6. Concurrency, not the size of a bulk, decides the rate.
 */

export type Aimd = {
  readonly limit: number
  /** A bulk was taken by Elasticsearch. */
  succeeded(): void
  /** Elasticsearch said that it has too much to do. */
  refused(): void
}

/** Successes in a row before one more is tried. */
const PATIENCE = 8

/** @param max open bulks, at least 1 */
export function createAimd(start: number, max: number): Aimd {
  let limit = Math.min(start, max)
  let successes = 0
  return {
    get limit() {
      return limit
    },
    succeeded() {
      successes += 1
      if (successes < PATIENCE) return
      successes = 0
      limit = Math.min(max, limit + 1)
    },
    refused() {
      successes = 0
      limit = Math.max(1, Math.floor(limit / 2))
    },
  }
}
