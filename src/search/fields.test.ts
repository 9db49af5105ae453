/** Mapping and queries name the same fields: a field without a query is cost, a query without its field is silent. */
import { describe, expect, test } from 'vitest'
import { ITEM_PROPERTIES } from '../../mappings/items.ts'
import { SUGGESTION_PROPERTIES } from '../../mappings/suggestions.ts'
import { type SearchParts, searchBody } from '../elasticsearch/query/body.ts'
import { codeCandidates, codeClause } from '../elasticsearch/query/codes.ts'
import { choiceClause, facetAggregations } from '../elasticsearch/query/facets.ts'
import { joinRewrites, splitRewrites } from '../elasticsearch/query/spelling.ts'
import { popularSuggestionsBody, suggestBody } from '../elasticsearch/query/suggest.ts'
import { readQuery } from '../elasticsearch/query/text.ts'
import { anyWord, unfinishedWord } from '../elasticsearch/query/words.ts'
import { treeOf } from './category-tree.ts'
import { SORTS } from './contract.ts'
import { keysOf } from './facet-keys.ts'
import { planFacets } from './facet-plan.ts'

/** Fields that no query of search names, and who needs them. */
const OTHER_USES: Readonly<Record<string, string>> = {
  cat: 'names of the tree in the documents',
  lsn: 'indexer',
  row_hash: 'indexer verify',
  tombstone: 'indexer',
}

/** Queries whose one key is a field. */
const BY_FIELD = new Set(['match', 'match_phrase', 'term', 'terms', 'prefix', 'range'])

/** Every field that a body names, wherever that is. */
function fieldsOf(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const part of value) fieldsOf(part, found)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return found
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'field' && typeof inner === 'string') found.add(inner)
    if (key === 'fields' || key === '_source') {
      for (const name of Array.isArray(inner) ? inner : Object.keys(inner))
        found.add(String(name).split('^')[0] ?? '')
    }
    if (key === 'sort') for (const sort of inner as object[]) found.add(Object.keys(sort)[0] ?? '')
    const isQuery = BY_FIELD.has(key) && typeof inner === 'object' && inner !== null && !('field' in inner)
    if (isQuery)
      for (const name of Object.keys(inner)) if (key !== 'range' || name !== 'ranges') found.add(name)
    fieldsOf(inner, found)
  }
  return found
}

/** Fields and subfields of a mapping. */
function fieldsIn(properties: Readonly<Record<string, object>>): string[] {
  return Object.entries(properties).flatMap(([name, field]) => [
    name,
    ...('fields' in field
      ? fieldsIn(field.fields as Record<string, object>).map((sub) => `${name}.${sub}`)
      : []),
  ])
}

function everyBody(): unknown[] {
  const query = readQuery('hp 4250 toner')
  const parts: SearchParts = {
    words: anyWord(query),
    filter: [{ term: { cat_ids: 1 } }],
    chosen: [],
    aggregations: {},
    order: 'relevance',
    outOfStock: 'last',
    factors: { popularity: 0.1, stock: 0.1 },
    from: 0,
    size: 24,
    after: null,
    spell: 'toner',
    highlight: 'toner',
  }
  const context = {
    configured: ['category', 'brand', 'price', 'availability'],
    keys: keysOf([{ category_id: null, attr: 'type' }]),
    tree: treeOf([], null, []),
    category: null,
  }
  const { counted } = planFacets({ filters: new Map(), price: { min: 1, max: 2 }, facets: null }, context)
  return [
    ...SORTS.map((order) => searchBody({ ...parts, order })),
    searchBody({ ...parts, words: unfinishedWord(query) }),
    codeClause(codeCandidates('tn-2110')),
    splitRewrites(['harddrive']),
    joinRewrites(['lap', 'top']),
    facetAggregations(counted, counted),
    counted.map(choiceClause),
  ]
}

describe('fields of the items index', () => {
  const mapped = fieldsIn(ITEM_PROPERTIES)
  const named = [...fieldsOf(everyBody())].filter((name) => name !== '_score')

  test('every field that search names is in the mapping', () => {
    const unknown = named.filter((name) => !mapped.includes(name.startsWith('attrs.') ? 'attrs' : name))
    expect(unknown).toEqual([])
  })

  test('every field of the mapping is named by search, or its other use is told', () => {
    const roots = new Set(named.map((name) => (name.startsWith('attrs.') ? 'attrs' : name)))
    expect(mapped.filter((name) => !roots.has(name) && OTHER_USES[name] === undefined)).toEqual([])
  })
})

test('suggest names every field of the suggestion index, and no other', () => {
  const bodies = [
    suggestBody({ tokens: ['a', 'b'], category: '1', size: 8, pass: 2 }),
    popularSuggestionsBody('1', 8),
  ]
  expect([...fieldsOf(bodies)].sort()).toEqual(fieldsIn(SUGGESTION_PROPERTIES).sort())
})
