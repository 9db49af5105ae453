import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanQuery, QUERY_WORDS_MAX, readQuery, tokensOf } from './text.ts'

test('the same characters in another form are one query', () => {
  expect(cleanQuery('ＨＤＭＩ\u00A0 cable')).toBe('HDMI cable')
})

test('control, private and broken characters, emoji and their dress leave no trace', () => {
  expect(cleanQuery(' a\u0000b\u200Dc\uE000d\uD800e 🎧❤️👍🏽1️⃣ ')).toBe('a b c d e 1')
})

test('words are cut where the analyzer cuts them', () => {
  expect(tokensOf('TN-2110 usb 3.0 black & white 17" C++')).toEqual([
    'tn',
    '2110',
    'usb',
    '3.0',
    'black',
    'and',
    'white',
    '17',
    'c',
  ])
})

test('plain letters and digits are read as the rules for all letters read them', () => {
  const character = fc.constantFrom(...'abzABZ0189  .-_&')
  fc.assert(
    fc.property(fc.string({ unit: character, maxLength: 30 }), (typed) => {
      const { text, tokens } = readQuery(typed)
      const byTheRules = readQuery(`${typed} é`) // one letter for which they are needed
      expect([byTheRules.text, byTheRules.tokens]).toEqual([`${text} é`.trim(), [...tokens, 'e']])
    }),
  )
})

test('a query of too many words is cut after the last that is read', () => {
  const words = Array.from({ length: QUERY_WORDS_MAX + 5 }, (_, i) => `w${i}`)
  const read = readQuery(words.join(' '))
  expect(read.truncated).toBe(true)
  expect(read.text).toBe(words.slice(0, QUERY_WORDS_MAX).join(' '))
})

test('punctuation alone is nothing to search for', () => {
  expect(readQuery('*:<> ( "').tokens).toEqual([])
})

test('any text can be read, and reading the result again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (typed) => {
      const { text } = readQuery(typed)
      expect(text.isWellFormed()).toBe(true)
      expect(readQuery(text).text).toBe(text)
    }),
    { numRuns: 50 },
  )
})
