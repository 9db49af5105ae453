/**
 * Which index an alias names, asked again every second: the name is the generation of every answer and part of
 * every cursor.
 */
import type { ElasticsearchCalls } from './elasticsearch-calls.ts'

const MAX_AGE_MS = 1_000

/**
 * @returns a function that gives the name of the index, or null when the alias does not exist
 * @param now monotonic clock, ms
 */
export function generationOf(
  calls: ElasticsearchCalls,
  alias: string,
  now: () => number,
): (signal: AbortSignal) => Promise<string | null> {
  let known: { name: string | null; at: number } | undefined
  return async (signal) => {
    const at = now()
    if (known?.name && at - known.at < MAX_AGE_MS) return known.name
    known = { name: await calls.resolve(alias, signal), at }
    return known.name
  }
}
