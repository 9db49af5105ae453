/**
 * Search as http knows it, that goes on when Elasticsearch is away: each answer has a share of its deadline for the
 * index; when the index refuses, fails or is late, Postgres answers in the rest, marked degraded. The breaker behind
 * the calls makes the wait short after the first few.
 */
import type { FacetAnswer } from '../catalog/answers.ts'
import { attributeLabel } from '../catalog/labels.ts'
import { waitAtMost } from './bounded-wait.ts'
import type { CatalogSearch, FacetQuery } from './contract.ts'
import { DEGRADED, degradedSearch } from './degraded.ts'
import { degradedSuggest } from './degraded-suggest.ts'

import type { Patience, Shop } from './shop.ts'
import { SearchUnavailable } from './unavailable.ts'

export function withFallback(shop: Shop, index: CatalogSearch, patience: Patience): CatalogSearch {
  const search = degradedSearch(shop)
  const suggest = degradedSuggest(shop)
  const first = async <T>(
    patienceMs: number,
    signal: AbortSignal,
    ask: (bounded: AbortSignal) => Promise<T>,
    otherwise: () => Promise<T>,
  ): Promise<T> => {
    const wait = waitAtMost(patienceMs, signal)
    try {
      return await ask(wait.signal)
    } catch (thrown) {
      signal.throwIfAborted()
      if (thrown !== wait.signal.reason && !(thrown instanceof SearchUnavailable)) throw thrown
      return await otherwise()
    } finally {
      wait.end()
    }
  }
  return {
    ...index,
    search: (query, signal) =>
      first(
        patience.searchMs,
        signal,
        (bounded) => index.search(query, bounded),
        () => search(query, signal),
      ),
    suggest: (query, signal) =>
      first(
        patience.suggestMs,
        signal,
        (bounded) => index.suggest(query, bounded),
        () => suggest(query, signal),
      ),
    facet: (query, signal) =>
      first(
        patience.searchMs,
        signal,
        (bounded) => index.facet(query, bounded),
        () => facetWithoutIndex(shop, search, query, signal),
      ),
  }
}

/** Brands and categories can be counted without the index; other facets are empty until it is back. */
async function facetWithoutIndex(
  shop: Shop,
  search: ReturnType<typeof degradedSearch>,
  query: FacetQuery,
  signal: AbortSignal,
): Promise<FacetAnswer> {
  const began = shop.now()
  const { name, contains } = query
  const whole = {
    ...query,
    sort: 'relevance',
    page: 1,
    size: 1,
    facets: [name],
    cursor: null,
    exact: false,
  } as const
  const answer = await search(whole, signal)
  const found = answer.facets.find((facet) => facet.name === name)
  const kind = name === 'category' ? 'category' : name === 'price' ? 'range' : 'terms'
  const values = (found?.values ?? []).filter(
    ({ label, selected }) => selected || label.toLowerCase().includes(contains.toLowerCase()),
  )
  return {
    facet: { name, label: attributeLabel(name), kind, values },
    degraded: [...new Set([DEGRADED, ...answer.degraded])],
    index_generation: '',
    took_ms: Math.round(shop.now() - began),
  }
}
