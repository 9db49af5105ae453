import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance } from './edit-distance.ts'

test('a swap of neighbours is one edit', () => {
  expect(
    ['cable', 'calbe', 'cabl', 'cablee', 'kable', 'cbale'].map((word) => editDistance('cable', word)),
  ).toEqual([0, 1, 1, 1, 1, 1])
})

test('edit distance is symmetric and zero only for equal words', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
    }),
  )
})
