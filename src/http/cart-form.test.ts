import { expect, test } from 'vitest'
import { formLines } from './cart-form.ts'

const form = (text: string) => new URLSearchParams(text)
const TWO = 'sku=a&qty=2&price=1000&sku=b%26c&qty=1&price='

test('the fields of a form are lines in their order, an empty price is any price', () => {
  expect(formLines(form(TWO))).toEqual([
    { sku: 'a', qty: 2, price: 1_000 },
    { sku: 'b&c', qty: 1, price: null },
  ])
})

test.each([
  ['more=a', [3, 1]],
  ['less=a', [1, 1]],
  ['less=b%26c', [2, 1]], // one stays; Remove takes it out
  ['more=unknown', [2, 1]],
])('the button %s changes its own line alone', (button, quantities) => {
  expect(formLines(form(`${TWO}&${button}`)).map((line) => line.qty)).toEqual(quantities)
})

test.each([
  'sku=a&qty=1.5&price=',
  'sku=a&qty=-1&price=',
  'sku=a&qty=&price=',
  'sku=a&qty=10000&price=',
  'sku=&qty=1&price=',
  'sku=a',
])('the form %s is refused', (text) => {
  expect(() => formLines(form(text))).toThrow(expect.objectContaining({ type: 'bad-request' }))
})
