import { expect, test } from 'vitest'
import { suggestAnswerTags } from './answer-tags.ts'

test('suggestions depend on the products they show and on those they had to leave out, and on nothing else', () => {
  const product = { kind: 'product', text: 'Acme mouse', scope: null, ref: '7' } as const
  const brand = { kind: 'brand', text: 'Acme', scope: null, ref: null } as const
  expect(suggestAnswerTags({ suggestions: [brand, product], leftOut: ['9'] })).toEqual([
    'all',
    'item:7',
    'item:9',
  ])
  expect(suggestAnswerTags({ suggestions: [brand] })).toEqual(['all'])
})
