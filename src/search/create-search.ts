/** Search as http knows it, from its parts. */
import { Breaker } from './breaker.ts'
import { categories, category } from './categories.ts'
import { categoryTree } from './category-tree.ts'
import type { CatalogSearch } from './contract.ts'
import { countDegraded } from './count-degraded.ts'
import { elasticsearchCalls } from './elasticsearch-calls.ts'
import { facetKeys } from './facet-keys.ts'
import { facetValues } from './facet-values.ts'
import { withFallback } from './fallback.ts'
import { generationOf } from './generation.ts'
import { item } from './item.ts'
import { search } from './searching.ts'
import type { SearchOptions, Shop } from './shop.ts'
import { suggesting } from './suggesting.ts'

/** Names of the indices that answer, as last known: what cached replies are kept under. */
export type Generations = {
  readonly items: () => string | null
  readonly suggestions: () => string | null
  /** Ask again. Never throws; what cannot be known stays as it was. */
  refresh(signal: AbortSignal): Promise<void>
}

/** Nothing is asked of a server before the first call. */
export function createSearch(options: SearchOptions): CatalogSearch & { readonly generations: Generations } {
  const { reader, pool, names, metrics } = options
  const now = () => options.now()
  const calls = elasticsearchCalls(reader, metrics, now)
  const shared = { pool, calls, itemsAlias: names.itemsAlias, now }
  const shop: Shop = {
    ...options,
    calls,
    live: new Breaker(),
    tree: categoryTree(shared),
    keys: facetKeys(shared),
    itemsGeneration: generationOf(calls, names.itemsAlias, now),
    suggestionsGeneration: generationOf(calls, names.suggestionsAlias, now),
  }
  const index: CatalogSearch = {
    search: (query, signal) => search(shop, query, signal),
    suggest: suggesting(shop),
    categories: (signal) => categories(shop, signal),
    category: (path, signal) => category(shop, path, signal),
    facet: (query, signal) => facetValues(shop, query, signal),
    item: (itemId, signal) => item(shop, itemId, signal),
  }
  const answers = options.patience ? withFallback(shop, index, options.patience) : index
  return { ...countDegraded(answers, metrics), generations: generationsOf(shop) }
}

function generationsOf(shop: Shop): Generations {
  let known: { items: string | null; suggestions: string | null } = { items: null, suggestions: null }
  return {
    items: () => known.items,
    suggestions: () => known.suggestions,
    async refresh(signal) {
      const [items, suggestions] = await Promise.allSettled([
        shop.itemsGeneration(signal),
        shop.suggestionsGeneration(signal),
      ])
      known = {
        items: items.status === 'fulfilled' ? items.value : known.items,
        suggestions: suggestions.status === 'fulfilled' ? suggestions.value : known.suggestions,
      }
    },
  }
}
