import { expect, test } from 'vitest'
import { codeCandidates, codeClause, codeTiers, letterCodeClause } from './codes.ts'

test('a code written with a space is one code, and its long part alone another', () => {
  expect(codeCandidates('TN 2110')).toEqual({ whole: 'tn2110', parts: ['2110'], inner: true })
})

test('a code beside a word is found with its separators and without', () => {
  expect(codeCandidates('TN-2110 toner')).toEqual({
    whole: 'tn2110toner',
    parts: ['tn2110'],
    inner: false,
  })
})

test('numbers that people say are not taken for pieces of codes', () => {
  const inner = ['17" laptop', '1080p projector'].map((text) => codeCandidates(text).inner)
  expect(inner).toEqual([false, false])
})

test('words of letters are no codes', () => {
  expect(codeClause(codeCandidates('hdmi cable'))).toBeNull()
})

test('at most eight parts are looked for, each once', () => {
  const text = Array.from({ length: 12 }, (_, i) => `a${i}b${i}`).join(' ')
  expect(codeCandidates(text).parts).toHaveLength(8)
})

test('the whole code outranks its prefix, its part and its inside', () => {
  expect(codeClause(codeCandidates('TN 2110'))).toEqual({
    dis_max: {
      queries: [
        { constant_score: { boost: 1000, _name: 'code:exact:code', filter: { term: { code: 'tn2110' } } } },
        { constant_score: { boost: 1000, _name: 'code:exact:gtin', filter: { term: { gtin: 'tn2110' } } } },
        {
          bool: {
            must: [
              {
                constant_score: {
                  boost: 300,
                  _name: 'code:prefix',
                  filter: { term: { 'code.pre': 'tn2110' } },
                },
              },
            ],
            should: [{ match: { 'code.pre': { query: 'tn2110' } } }],
          },
        },
        { constant_score: { boost: 200, _name: 'code:part', filter: { term: { 'code.parts': 'tn2110' } } } },
        {
          bool: {
            must: [
              {
                constant_score: {
                  boost: 100,
                  _name: 'code:inner',
                  filter: {
                    bool: {
                      filter: ['tn2', 'n21', '211', '110'].map((gram) => ({ term: { 'code.tri': gram } })),
                    },
                  },
                },
              },
            ],
            should: [{ match: { 'code.tri': 'tn2110' } }],
          },
        },
        { constant_score: { boost: 504, _name: 'code:word:code:2110', filter: { term: { code: '2110' } } } },
        { constant_score: { boost: 504, _name: 'code:word:gtin:2110', filter: { term: { gtin: '2110' } } } },
      ],
    },
  })
})

test('every named clause has a name of its own', () => {
  const names = JSON.stringify(codeClause(codeCandidates('ab-12 cd-3456 ef7890'))).match(/"_name":"[^"]+"/g)
  expect(new Set(names).size).toBe(names?.length)
})

test('the tiers of a hit are read from the names of its clauses', () => {
  expect(codeTiers(['code:word:code:2110', 'code:prefix', 'other'])).toEqual(['word', 'prefix'])
})

test('a word that is too short or too long for a code is not looked for inside codes', () => {
  expect([letterCodeClause('ab'), letterCodeClause('a'.repeat(33))]).toEqual([null, null])
})
