import { expect, test } from 'vitest'
import { answersDiffer } from './reply-difference.ts'

const hit = (item_id: string, price = 100) => ({ item_id, name: `item ${item_id}`, price })
const answer = (overrides: object = {}) =>
  JSON.stringify({
    total: { value: 2, relation: 'eq' },
    hits: [hit('1'), hit('2')],
    facets: [{ name: 'brand', values: [] }],
    cursor: 'a',
    zero_result: false,
    search_id: 'x',
    took_ms: 1,
    ...overrides,
  })
const MANY = { total: { value: 90, relation: 'eq' } }

test.each([
  ['what every load makes anew', { search_id: 'y', took_ms: 9, cursor: 'b' }, {}, false],
  ['the order of hits', { hits: [hit('2'), hit('1')] }, {}, false],
  ['a price', { hits: [hit('1', 99), hit('2')] }, {}, true],
  ['a total', { total: { value: 3, relation: 'eq' } }, {}, true],
  ['a facet', { facets: [] }, {}, true],
  ['a hit that is gone from a whole list', { hits: [hit('1')] }, {}, true],
  ['another hit in a whole list', { hits: [hit('1'), hit('3')] }, {}, true],
  ['which of many hits stand on the page', { ...MANY, hits: [hit('1'), hit('3')] }, MANY, false],
  ['a price among many hits', { ...MANY, hits: [hit('1', 99), hit('3')] }, MANY, true],
  ['popular items in place of none', { zero_result: true, hits: [hit('3')] }, { zero_result: true }, false],
])('for a shopper %s makes this difference', (_, fresh, kept, differs) => {
  expect(answersDiffer(answer(kept), answer(fresh))).toBe(differs)
})

test('answers that are no JSON objects are not compared', () => {
  expect([answersDiffer('<!doctype html>', answer()), answersDiffer(answer(), '[]')]).toEqual([null, null])
})

test('suggestions and items are compared whole', () => {
  const suggest = (text: string, took_ms: number) => JSON.stringify({ suggestions: [{ text }], took_ms })
  expect(answersDiffer(suggest('a', 1), suggest('a', 2))).toBe(false)
  expect(answersDiffer(suggest('a', 1), suggest('b', 1))).toBe(true)
})
