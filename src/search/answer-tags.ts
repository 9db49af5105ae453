/** Cache tags of the answers of search: from what was asked and how it was found. Pure. */

import { type Binding, itemPageTags, itemTag, searchTags, TAG_LIST } from '../cache/tags.ts'
import { TAG_ALL } from '../cache/watermark.ts'
import type { ItemAnswer, SearchAnswer, Step } from '../catalog/answers.ts'
import { codeCandidates } from '../elasticsearch/query/codes.ts'
import type { SearchQuery, Suggested } from './contract.ts'

type Found = Pick<SearchAnswer, 'step' | 'query_used' | 'did_you_mean' | 'zero_result'>

/** Tags of a search or browse answer. */
export function searchAnswerTags({ category }: Pick<SearchQuery, 'category'>, answer: Found): string[] {
  if (answer.step === 'browse') return searchTags({ text: '', category, binding: 'all_words', codes: [] })
  const candidates = codeCandidates(answer.query_used)
  const codes = [...(candidates.whole === null ? [] : [candidates.whole]), ...candidates.parts]
  // Pieces inside of codes were searched too, and a correction on offer depends on every word of the catalogue.
  const isLoose = candidates.inner || answer.did_you_mean !== null || answer.zero_result
  const binding = isLoose ? 'loose' : bindingOf(answer.step)
  return searchTags({ text: answer.query_used, category, binding, codes })
}

/**
 * The suggestion index is part of the key; only products that it names can change under it: those shown, and those left
 * out, which may come back.
 */
export function suggestAnswerTags({
  suggestions,
  leftOut = [],
}: Pick<Suggested, 'suggestions' | 'leftOut'>): string[] {
  const products = suggestions.filter(({ kind }) => kind === 'product')
  const shown = products.flatMap(({ ref }) => (ref === null ? [] : [ref]))
  return [TAG_ALL, ...[...shown, ...leftOut].map(itemTag)]
}

/** How its words were found is not part of the answer: any item may change it. */
export function facetAnswerTags(): string[] {
  return [TAG_ALL, TAG_LIST]
}

export function itemAnswerTags({ item_id }: Pick<ItemAnswer, 'item_id'>): string[] {
  return itemPageTags(item_id)
}

function bindingOf(step: Step): Binding {
  switch (step) {
    case 'code':
    case 'all_words':
      return 'all_words'
    case 'any_word':
      return 'any_word'
    default:
      return 'loose' // a correction, a cut or unfinished word, a piece of a code: other items decide too
  }
}
