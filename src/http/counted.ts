/** What every search leaves in the metrics, whether a page or the API asked. */
import type { CatalogSearch } from '../search/contract.ts'
import type { Metrics } from '../telemetry/metrics.ts'

/** The same search, which counts the answers that found nothing. */
export function countingZeroResults(search: CatalogSearch, metrics: Metrics): CatalogSearch {
  return {
    ...search,
    search: async (query, signal) => {
      const answer = await search.search(query, signal)
      if (answer.zero_result) metrics.count('search_zero_results_total')
      return answer
    },
  }
}
