import { expect, test } from 'vitest'
import { hit } from '../../test/support/memory-search.ts'
import { spread } from './spread.ts'

const of = (id: string, category_id: string) =>
  hit({ item_id: id, category: { category_id, name: '', path: '', names: [] } })
const ids = (hits: readonly { item_id: string }[]) => hits.map(({ item_id }) => item_id)

test('one category has at most its share of the popular products, in their order', () => {
  const hits = [of('1', 'ink'), of('2', 'ink'), of('3', 'ink'), of('4', 'tv'), of('5', 'pen')]
  expect(ids(spread(hits, 4, 2))).toEqual(['1', '2', '4', '5'])
})

test('places that nobody else takes are filled', () => {
  const hits = [of('1', 'ink'), of('2', 'ink'), of('3', 'ink'), of('4', 'tv')]
  expect(ids(spread(hits, 4, 1))).toEqual(['1', '4', '2', '3'])
})
