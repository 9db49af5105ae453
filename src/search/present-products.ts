/**
 * Products among suggestions whose item is gone are left out. The suggestion index is built every few minutes; an item
 * that was removed since then is still in it. The invalidation log tells which items that may be (a new price counts
 * too), and those alone are looked up in the items index: most answers cost nothing more.
 */
import type { LogPosition } from '../cache/log-position.ts'
import type { Shop } from './shop.ts'
import type { SuggestionsMeta } from './suggestions/rebuild.ts'
import { SearchUnavailable } from './unavailable.ts'

type Suggested = { readonly kind: string; readonly ref: string | null }

export type PresentProducts = <T extends Suggested>(
  stored: readonly T[],
  generation: string,
  signal: AbortSignal,
) => Promise<Present<T>>

export type Present<T> = {
  readonly stored: readonly T[]
  /** Ids of products that are not among them, because search does not show them or could not be asked. */
  readonly leftOut: readonly string[]
}

export function presentProducts(shop: Shop): PresentProducts {
  let known: { generation: string; builtAt: LogPosition | null } | null = null

  /** Position of the log before the index was built; null: not known, and every product is looked up. */
  async function builtAt(generation: string, signal: AbortSignal): Promise<LogPosition | null> {
    if (known?.generation === generation) return known.builtAt
    try {
      const meta = (await shop.calls.meta(generation, signal)) as Partial<SuggestionsMeta> | null
      known = { generation, builtAt: meta?.log ?? null }
      return known.builtAt
    } catch {
      signal.throwIfAborted()
      return null
    }
  }

  return async (stored, generation, signal) => {
    const ids = stored.flatMap(({ kind, ref }) => (kind === 'product' && ref !== null ? [ref] : []))
    if (ids.length === 0) return { stored, leftOut: [] }
    const since = await builtAt(generation, signal)
    const suspects = ids.filter((id) => shop.mayBeRemoved?.(since, id) ?? true)
    if (suspects.length === 0) return { stored, leftOut: [] }
    const present = await presentOf(shop, suspects, signal)
    const gone = new Set(suspects.filter((id) => !present.has(id)))
    const isThere = ({ kind, ref }: Suggested) => kind !== 'product' || ref === null || !gone.has(ref)
    return { stored: stored.filter(isThere), leftOut: [...gone] }
  }
}

/** Those that search shows; none when it cannot be asked: a suggestion that is missing harms less than a wrong one. */
async function presentOf(shop: Shop, ids: readonly string[], signal: AbortSignal): Promise<Set<string>> {
  const body = { size: ids.length, _source: false, query: { ids: { values: [...ids] } } }
  try {
    const { hits } = await shop.calls.search('item', shop.names.itemsAlias, body, signal)
    return new Set(hits.hits.flatMap(({ _id }) => _id ?? []))
  } catch (thrown) {
    signal.throwIfAborted()
    if (thrown instanceof SearchUnavailable) return new Set()
    throw thrown
  }
}
