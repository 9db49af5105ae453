import { expect, test } from 'vitest'
import { fold } from './fold.ts'

test.each([
  ['accents of Latin letters', ['Ä', 'é', 'Çeşme', 'İ', 'ệ'], ['a', 'e', 'cesme', 'i', 'e']],
  ['letters that are one', ['ß', 'Ø', 'Łódź', 'Æther', 'ŋ'], ['ss', 'o', 'lodz', 'aether', 'n']],
  ['forms for display', ['ﬁle', '①', 'Ｈ', '℡'], ['file', '1', 'h', 'tel']],
])('%s are folded', (_, given, folded) => {
  expect(given.map(fold)).toEqual(folded)
})

test('marks of other scripts are part of their letters', () => {
  expect(['Й', 'が', 'हिन्दी'].map(fold)).toEqual(['й', 'が', 'हिन्दी'])
})

test('folding again changes nothing, and the quick way says what the long one says', () => {
  for (const text of ['Łódź ﬁle', 'USB 3 Cable', 'Й ß']) {
    expect(fold(fold(text))).toBe(fold(text))
    expect(fold(`${text}é`)).toBe(`${fold(text)}e`)
  }
})
