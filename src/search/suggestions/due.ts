/** When the suggestion index has to be rebuilt. Pure. */
import type { SuggestionsMeta } from './rebuild.ts'

/** Why a rebuild is due. `first`: there is none; `generation`: the items index is another one. */
export type DueReason = 'first' | 'generation' | 'growth' | 'age'

/** Items may grow or shrink by this share before suggestions are too far behind. */
const GROWTH_RATIO = 0.1
/** A catalogue that is being loaded grows all the time; so often and no more, ms. */
const GROWTH_PAUSE_MS = 5_000

/**
 * @param built what the index was made from, or null
 * @param source the items index as it is
 * @param now ms since 1970
 * @param everyMs between two rebuilds
 */
export function dueReason(
  built: SuggestionsMeta | null,
  source: { readonly generation: string; readonly items: number },
  now: number,
  everyMs: number,
): DueReason | null {
  if (built === null) return 'first'
  if (built.source !== source.generation) return 'generation'
  const age = now - built.built_at
  if (age >= everyMs) return 'age'
  const change = Math.abs(source.items - built.items)
  return change > built.items * GROWTH_RATIO && age >= GROWTH_PAUSE_MS ? 'growth' : null
}
