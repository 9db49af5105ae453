import { expect, test } from 'vitest'
import { readQuery } from './text.ts'
import { allWords, anyWord, unfinishedWord } from './words.ts'

const FIELDS = ['name^8', 'model^4', 'brand^4', 'description^4', 'attrs_text']

test('two words must both be somewhere, and count more side by side in the name', () => {
  const phrase = { match_phrase: { name: { query: 'hdmi cable', slop: 1 } } }
  expect(allWords(readQuery('hdmi cable'))).toEqual({
    bool: {
      must: [{ combined_fields: { query: 'hdmi cable', operator: 'and', fields: FIELDS } }],
      should: [{ constant_score: { boost: 0.5, filter: phrase } }],
    },
  })
})

test('one word has no phrase', () => {
  expect(allWords(readQuery('cable'))).toEqual({
    bool: { must: [{ combined_fields: { query: 'cable', operator: 'and', fields: FIELDS } }] },
  })
})

test('a word with a digit may also be a code', () => {
  expect(allWords(readQuery('tn2110'))).toMatchObject({
    bool: { minimum_should_match: 1, should: [{ bool: {} }, { dis_max: {} }] },
  })
})

test('any word also finds the category of that name', () => {
  expect(JSON.stringify(anyWord(readQuery('smart watch')))).toContain(
    '"category_text":{"query":"smart watch"',
  )
})

test('the last word alone may be a beginning, the words before it are whole', () => {
  const begun = { constant_score: { boost: 1, filter: { match: { 'name.pre': { query: 'mou' } } } } }
  expect(unfinishedWord(readQuery('wireless mou'))).toEqual({
    bool: { must: [{ combined_fields: { query: 'wireless', operator: 'and', fields: FIELDS } }, begun] },
  })
  expect(unfinishedWord(readQuery('mou'))).toEqual({ bool: { must: [begun] } })
})
