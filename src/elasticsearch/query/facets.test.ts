import { expect, test } from 'vitest'
import {
  containsPattern,
  countBeforeChoice,
  type FacetChoice,
  facetAggregations,
  facetBuckets,
} from './facets.ts'

const brand = (chosen: string[] = []): FacetChoice => ({
  kind: 'terms',
  name: 'brand',
  field: 'brand_kw',
  size: 50,
  chosen,
  contains: '',
})
const price = (chosen: { min: number | null; max: number | null }[] = []): FacetChoice => ({
  kind: 'range',
  name: 'price',
  field: 'price',
  grid: [100],
  chosen,
})

test('with nothing chosen every facet counts at the top', () => {
  expect(facetAggregations([brand(), price()], [])).toEqual({
    'values:brand': { terms: { field: 'brand_kw', size: 50 } },
    'values:price': {
      range: {
        field: 'price',
        ranges: [
          { key: '0', to: 100 },
          { key: '100', from: 100 },
        ],
      },
    },
  })
})

test('a facet leaves its own choice out and keeps that of the others', () => {
  const all = [brand(['HP']), price([{ min: 0, max: 99 }])]
  const aggregations = facetAggregations(all, all)
  expect(aggregations['without:brand']?.filter).toEqual({
    bool: {
      filter: [{ bool: { minimum_should_match: 1, should: [{ range: { price: { gte: 0, lte: 99 } } }] } }],
    },
  })
  expect(aggregations['without:price']?.filter).toEqual({
    bool: { filter: [{ terms: { brand_kw: ['HP'] } }] },
  })
  expect(aggregations['before_choice']).toEqual({ filter: { match_all: {} } })
})

test('a facet without a choice counts what all choices leave', () => {
  const aggregations = facetAggregations([price()], [brand(['HP'])])
  expect(Object.keys(aggregations)).toEqual(['rest', 'before_choice'])
})

test('chosen values are counted by themselves, because they may not be among the most frequent', () => {
  const aggregations = facetAggregations([brand(['HP'])], [brand(['HP'])])
  expect(aggregations['without:brand']?.aggs?.['chosen:brand']).toEqual({
    terms: { field: 'brand_kw', size: 1, include: ['HP'] },
  })
})

test('the upper bound of a chosen range is inclusive for integers', () => {
  const chosen = [{ min: 100, max: 199 }]
  const aggregations = facetAggregations([price(chosen)], [price(chosen)])
  expect(aggregations['without:price']?.aggs?.['chosen:price']).toEqual({
    range: { field: 'price', ranges: [{ key: '100-199', from: 100, to: 200 }] },
  })
})

test('counts are found again wherever they were put', () => {
  const values = { buckets: [{ key: 'HP', doc_count: 3 }] }
  const places = [
    { 'values:brand': values },
    { rest: { doc_count: 9, 'values:brand': values } },
    { 'without:brand': { doc_count: 9, 'values:brand': values } },
  ]
  expect(places.map((place) => facetBuckets(place, brand()).values.get('HP'))).toEqual([3, 3, 3])
  expect(countBeforeChoice({ before_choice: { doc_count: 12 } })).toBe(12)
  expect(countBeforeChoice(undefined)).toBeNull()
})

test('text for a value is taken literally, whatever its case', () => {
  expect(containsPattern('sT.1*"ß')).toBe('.*[sS][tT]\\.1\\*\\"ß.*')
})
