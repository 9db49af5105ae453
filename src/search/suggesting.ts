/** Suggestions while a person types (search design 6). */
import type { SuggestAnswer } from '../catalog/answers.ts'
import type { SuggestQuery } from './contract.ts'
import type { Shop } from './shop.ts'

/** @throws SearchRefusal, SearchUnavailable, the signal's reason */
export async function suggest(shop: Shop, _query: SuggestQuery, signal: AbortSignal): Promise<SuggestAnswer> {
  const began = shop.now()
  const generation = await shop.suggestionsGeneration(signal)
  return {
    suggestions: [],
    degraded: ['suggestions'],
    index_generation: generation ?? '',
    took_ms: Math.round(shop.now() - began),
  }
}
