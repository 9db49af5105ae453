/** Counts the answers that had to do without a server, whichever part of search made them. */
import type { Metrics } from '../telemetry/metrics.ts'
import type { CatalogSearch } from './contract.ts'

export function countDegraded(search: CatalogSearch, metrics: Metrics): CatalogSearch {
  const counted = async <T extends { readonly degraded: readonly string[] } | null>(
    answering: Promise<T>,
  ) => {
    const answer = await answering
    for (const dependency of answer?.degraded ?? []) metrics.count('search_degraded_total', { dependency })
    return answer
  }
  return {
    search: (query, signal) => counted(search.search(query, signal)),
    suggest: (query, signal) => counted(search.suggest(query, signal)),
    categories: (signal) => counted(search.categories(signal)),
    category: (path, signal) => counted(search.category(path, signal)),
    facet: (query, signal) => counted(search.facet(query, signal)),
    item: (itemId, signal) => counted(search.item(itemId, signal)),
  }
}
