/** Values of one facet, counted for the same result that search would give, found by a piece of their text. */
import type { FacetAnswer } from '../catalog/answers.ts'
import type { FacetQuery } from './contract.ts'
import { facetsOf } from './facet-answer.ts'
import { choiceOf, planFacets, unknownFacet } from './facet-plan.ts'
import { climb } from './ladder.ts'
import { readRequest } from './request.ts'
import { ladderCalls } from './searching.ts'
import type { Shop } from './shop.ts'

/** @throws SearchRefusal, SearchUnavailable, the signal's reason */
export async function facetValues(shop: Shop, query: FacetQuery, signal: AbortSignal): Promise<FacetAnswer> {
  const began = shop.now()
  const request = await readRequest(shop, query, signal)
  const { chosen } = planFacets({ ...query, facets: [] }, request.context)
  const { configured, keys } = request.context
  if (!configured.includes(query.name) && !keys.all.has(query.name)) {
    throw unknownFacet(query.name, 'name', request.context)
  }
  const facet = choiceOf(query.name, query, request.context, query.contains)
  const plan = { counted: [facet], chosen }
  const window = { sort: 'relevance', page: 1, size: 0 } as const
  const calls = ladderCalls(shop, window, request, plan, null, signal)
  const { text } = request
  const found =
    text.tokens.length > 0 ? await climb(text, false, calls) : await calls.ask('browse', text, text)
  const [answer] = facetsOf([facet], found.reply.aggregations, true, request.tree, shop)
  if (!answer) throw new Error('one facet was asked for and none came')
  return {
    facet: answer,
    degraded: request.tree.degraded,
    index_generation: request.generation,
    took_ms: Math.round(shop.now() - began),
  }
}
