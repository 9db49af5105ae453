/**
 * Which index an alias names, asked again every second: the name is the generation of every answer and part of
 * every cursor.
 */
import type { ElasticsearchCalls } from './elasticsearch-calls.ts'
import { refreshed } from './refreshed.ts'
import { SearchUnavailable } from './unavailable.ts'

const MAX_AGE_MS = 1_000
const PATIENCE_MS = 300
const LOAD_LIMIT_MS = 5_000

/**
 * @returns a function that gives the name of the index, or null when the alias does not exist; it throws
 *   SearchUnavailable when that was never known, and the signal's reason
 * @param now monotonic clock, ms
 */
export function generationOf(
  calls: ElasticsearchCalls,
  alias: string,
  now: () => number,
): (signal: AbortSignal) => Promise<string | null> {
  const current = refreshed({
    load: () => calls.resolve(alias, AbortSignal.timeout(LOAD_LIMIT_MS)),
    maxAgeMs: MAX_AGE_MS,
    patienceMs: PATIENCE_MS,
    pauseMs: 0, // a server that is back answers the next request
    now,
  })
  return async (signal) => {
    const { value, cause } = await current(signal)
    if (value !== undefined) return value
    throw new SearchUnavailable(`the index behind ${alias} is not known`, { cause })
  }
}
