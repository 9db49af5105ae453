/**
 * The suggestion index (search design 6): small, one shard, rebuilt by the worker and swapped. Each field names
 * the query that uses it.
 */
import { ANALYSIS } from './analysis.ts'

const DOCS_ONLY = { norms: false, index_options: 'docs', similarity: 'boolean' } as const

export const SUGGESTION_SETTINGS = {
  number_of_shards: 1,
  auto_expand_replicas: '0-1',
  refresh_interval: '-1', // written once, refreshed once, then only read
  analysis: ANALYSIS,
} as const

export const SUGGESTION_PROPERTIES = {
  t: {
    type: 'text', // finished words, with typos in pass 2
    analyzer: 'raw',
    ...DOCS_ONLY,
    fields: {
      pre: { type: 'text', analyzer: 'pre', search_analyzer: 'raw', ...DOCS_ONLY }, // the word being typed
      kw: { type: 'keyword', normalizer: 'fold', ignore_above: 128 }, // begins with, or is, what was typed
    },
  },
  kind: { type: 'keyword' }, // shown
  pop: { type: 'float' }, // order among equals, 0..1
  scope: { type: 'keyword' }, // shown: ids of the one or two categories that hold its hits
  cats: { type: 'keyword' }, // filter: suggestions inside a category, by id
  hits: { type: 'integer' }, // filter: items that a search finds; 0 is never shown
  ref: { type: 'keyword', index: false, doc_values: false }, // shown: id of an item or a category
} as const

/** One suggestion as the worker writes it. */
export type SuggestionDocument = {
  readonly t: string
  readonly kind: 'query' | 'category' | 'brand' | 'product'
  readonly pop: number
  readonly scope: readonly string[]
  readonly cats: readonly string[]
  readonly hits: number
  readonly ref: string | null
}
