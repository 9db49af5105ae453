import { expect, test } from 'vitest'
import { type SearchParts, searchBody, TOTAL_MAX } from './body.ts'

const WORDS = { match: { name: 'x' } }
const BRAND = { terms: { brand_kw: ['HP'] } }

function parts(overrides: Partial<SearchParts> = {}): SearchParts {
  return {
    words: WORDS,
    filter: [],
    chosen: [],
    aggregations: {},
    order: 'relevance',
    outOfStock: 'show',
    factors: { popularity: 0, stock: 0 },
    from: 0,
    size: 24,
    after: null,
    spell: null,
    highlight: null,
    ...overrides,
  }
}

test('every body has a time limit and a bounded count', () => {
  expect(searchBody(parts())).toMatchObject({ timeout: '300ms', track_total_hits: TOTAL_MAX })
})

test('words rank and filters only restrict', () => {
  const body = searchBody(parts({ filter: [{ term: { cat_ids: 7 } }] }))
  expect(body.query).toEqual({ bool: { must: [WORDS], filter: [{ term: { cat_ids: 7 } }] } })
  expect(body.sort).toEqual([{ _score: { order: 'desc' } }, { item_id: 'asc' }])
})

test('what is chosen filters after the counting, and before it when nothing is counted', () => {
  const counting = searchBody(
    parts({ chosen: [BRAND], aggregations: { a: { terms: { field: 'brand_kw' } } } }),
  )
  expect(counting.post_filter).toEqual({ bool: { filter: [BRAND] } })
  expect(counting.query).toEqual({ bool: { must: [WORDS], filter: [] } })
  const plain = searchBody(parts({ chosen: [BRAND] }))
  expect(plain.post_filter).toBeUndefined()
  expect(plain.query).toEqual({ bool: { must: [WORDS], filter: [BRAND] } })
})

test('neutral factors leave the query as it is, others multiply the score', () => {
  const raised = searchBody(parts({ factors: { popularity: 0.05, stock: 0.05 } }))
  expect(raised.query).toMatchObject({
    function_score: {
      boost_mode: 'multiply',
      score_mode: 'sum',
      functions: [
        { weight: 1 },
        { field_value_factor: { field: 'pop', missing: 0 }, weight: 0.05 },
        { filter: { term: { availability: 'in_stock' } }, weight: 0.05 },
      ],
    },
  })
})

test('items that are out of stock come last in every order', () => {
  const ranked = searchBody(parts({ outOfStock: 'last' }))
  expect(ranked.query).toMatchObject({ function_score: { functions: [{ weight: 0.5 }] } })
  const sorted = searchBody(parts({ outOfStock: 'last', order: 'price_asc' }))
  expect([sorted.sort].flat()[0]).toEqual({ _score: { order: 'desc' } })
})

test('items that are out of stock can be hidden', () => {
  const hidden = { bool: { must_not: [{ term: { availability: 'out_of_stock' } }] } }
  expect(searchBody(parts({ outOfStock: 'hide' })).query).toMatchObject(hidden)
  expect(searchBody(parts({ outOfStock: 'hide', order: 'name' })).query).toMatchObject(hidden)
})

test('every order ends with the id', () => {
  const orders = ['relevance', 'price_asc', 'price_desc', 'newest', 'name', 'popular'] as const
  const last = orders.map((order) => [searchBody(parts({ order })).sort].flat().at(-1))
  expect(last).toEqual(orders.map(() => ({ item_id: 'asc' })))
})

test('a cursor takes the place of the page', () => {
  const body = searchBody(parts({ after: [1.5, 42], from: 24 }))
  expect(body).toMatchObject({ search_after: [1.5, 42] })
  expect(body.from).toBeUndefined()
})
