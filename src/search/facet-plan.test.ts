import { expect, test } from 'vitest'
import { treeOf } from './category-tree.ts'
import type { SearchRefusal } from './contract.ts'
import { facetsOf } from './facet-answer.ts'
import { keysOf } from './facet-keys.ts'
import { type FacetContext, type FacetWish, planFacets } from './facet-plan.ts'

const TREE = treeOf(
  [
    { category_id: '1', path_ids: ['1'], path_names: ['Storage'], path_slugs: ['storage'] },
    {
      category_id: '2',
      path_ids: ['1', '2'],
      path_names: ['Storage', 'Hard Drives'],
      path_slugs: ['storage', 'hard-drives'],
    },
  ],
  new Map([['1', 9]]),
  [],
)
const CONTEXT: FacetContext = {
  configured: ['category', 'brand', 'price'],
  keys: keysOf([
    { category_id: null, attr: 'type' },
    { category_id: '1', attr: 'size' },
  ]),
  tree: TREE,
  category: null,
}
const MONEY = { locale: 'en', currency: 'EUR' }
const wish = (overrides: Partial<FacetWish> = {}): FacetWish => ({
  filters: new Map(),
  price: null,
  facets: null,
  ...overrides,
})
const refusalOf = (overrides: Partial<FacetWish>): Partial<SearchRefusal> => {
  try {
    planFacets(wish(overrides), CONTEXT)
    return {}
  } catch (thrown) {
    return thrown as SearchRefusal
  }
}

test('known facets are the configured ones, then those of the category', () => {
  expect(planFacets(wish(), CONTEXT).counted.map((facet) => facet.name)).toEqual([
    'category',
    'brand',
    'price',
    'type',
  ])
})

test('a category without keys of its own shows those of the nearest above it', () => {
  const category = TREE.byPath.get('storage/hard-drives') ?? null
  const names = planFacets(wish(), { ...CONTEXT, category }).counted.map((facet) => facet.name)
  expect(names).toEqual(['category', 'brand', 'price', 'size'])
})

test('only the named facets are counted, none when none is named', () => {
  expect(planFacets(wish({ facets: ['size'] }), CONTEXT).counted.map((facet) => facet.name)).toEqual(['size'])
  expect(planFacets(wish({ facets: [] }), CONTEXT).counted).toEqual([])
})

test('a facet that nobody knows is refused with the known names', () => {
  const refusal = refusalOf({ facets: ['colour'] })
  expect(refusal).toMatchObject({ reason: 'unknown-facet', field: 'facets' })
  expect(refusal.message).toBe('"colour" is no facet here; known: category, brand, price, type')
  expect(refusalOf({ filters: new Map([['colour', ['red']]]) })).toMatchObject({ field: 'f.colour' })
})

test('a chosen category that does not exist is refused', () => {
  expect(refusalOf({ filters: new Map([['category', ['nowhere']]]) })).toMatchObject({
    reason: 'unknown-category',
    field: 'f.category',
  })
})

test('price ranges are taken from either parameter, and refused when they are none', () => {
  const { chosen } = planFacets(
    wish({ filters: new Map([['price', ['-999']]]), price: { min: 5000, max: null } }),
    CONTEXT,
  )
  expect(chosen[0]?.chosen).toEqual([
    { min: null, max: 999 },
    { min: 5000, max: null },
  ])
  expect(refusalOf({ filters: new Map([['price', ['cheap']]]) })).toMatchObject({ field: 'f.price' })
})

test('a chosen value without items stays in the answer with 0', () => {
  const { counted } = planFacets(
    wish({ filters: new Map([['brand', ['Gone']]]), facets: ['brand'] }),
    CONTEXT,
  )
  const aggregations = { 'without:brand': { 'values:brand': { buckets: [{ key: 'HP', doc_count: 3 }] } } }
  expect(facetsOf(counted, aggregations, true, TREE, MONEY)[0]?.values).toEqual([
    { value: 'HP', label: 'HP', count: 3, selected: false },
    { value: 'Gone', label: 'Gone', count: 0, selected: true },
  ])
})

test('a chosen value beyond the most frequent keeps its own count', () => {
  const { counted } = planFacets(
    wish({ filters: new Map([['brand', ['Rare']]]), facets: ['brand'] }),
    CONTEXT,
  )
  const aggregations = {
    'without:brand': {
      'values:brand': { buckets: [{ key: 'HP', doc_count: 3 }] },
      'chosen:brand': { buckets: [{ key: 'Rare', doc_count: 1 }] },
    },
  }
  expect(facetsOf(counted, aggregations, true, TREE, MONEY)[0]?.values[1]?.count).toBe(1)
})

test('ranges are written as money and as what the parameter takes', () => {
  const { counted } = planFacets(wish({ facets: ['price'], price: { min: 150, max: 250 } }), CONTEXT)
  const buckets = [
    { key: '0', doc_count: 2 },
    { key: '1000', doc_count: 4 },
  ]
  const own = { buckets: [{ key: '150-250', doc_count: 1 }] }
  const aggregations = { 'without:price': { 'values:price': { buckets }, 'chosen:price': own } }
  expect(facetsOf(counted, aggregations, true, TREE, MONEY)[0]?.values).toEqual([
    { value: '-999', label: 'Up to €9.99', count: 2, selected: false },
    { value: '150-250', label: '€1.50 – €2.50', count: 1, selected: true },
    { value: '1000-', label: '€10 and more', count: 4, selected: false },
  ])
})

test('categories are shown by path and name, empty facets only when named', () => {
  const { counted } = planFacets(wish({ facets: ['category', 'brand'] }), CONTEXT)
  const aggregations = { 'values:category': { buckets: [{ key: 1, doc_count: 9 }] } }
  expect(facetsOf(counted, aggregations, false, TREE, MONEY)).toEqual([
    {
      name: 'category',
      label: 'Category',
      kind: 'category',
      values: [{ value: 'storage', label: 'Storage', count: 9, selected: false }],
    },
  ])
})
