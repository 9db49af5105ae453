import { expect, test } from 'vitest'
import { createFormat } from './format.ts'
import { pageCount, pageNumbers, totalText } from './paging.ts'

test.each([
  [1, 1, [1]],
  [1, 3, [1, 2, 3]],
  [1, 9, [1, 2, null, 9]],
  [5, 9, [1, null, 4, 5, 6, null, 9]],
  [9, 9, [1, null, 8, 9]],
])('on page %i of %i the neighbours and both ends are linked', (current, last, numbers) => {
  expect(pageNumbers(current, last)).toEqual(numbers)
})

test('the last page linked is the last within 10,000 items', () => {
  expect(pageCount({ value: 10_000, relation: 'gte' }, 24)).toBe(416)
  expect(pageCount({ value: 25, relation: 'eq' }, 24)).toBe(2)
  expect(pageCount({ value: 0, relation: 'eq' }, 24)).toBe(0)
})

test('a total that was not counted to the end says so', () => {
  const format = createFormat('en')
  expect(totalText({ value: 10_000, relation: 'gte' }, format)).toBe('More than 10,000 products')
  expect(totalText({ value: 1, relation: 'eq' }, format)).toBe('1 product')
})
