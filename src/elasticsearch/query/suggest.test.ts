import { expect, test } from 'vitest'
import { suggestBody } from './suggest.ts'

test('words before the last are whole, the last is a beginning', () => {
  const body = suggestBody({ tokens: ['wireless', 'mo'], category: null, size: 8, pass: 1 })
  expect(body.query?.function_score).toMatchObject({
    query: {
      bool: {
        must: [{ match: { t: { query: 'wireless' } } }, { match: { 't.pre': { query: 'mo' } } }],
        filter: [{ range: { hits: { gt: 0 } } }],
      },
    },
  })
})

test('the second pass allows typos in words, never in numbers', () => {
  const body = JSON.stringify(suggestBody({ tokens: ['canno', 'tn2110'], category: null, size: 8, pass: 2 }))
  expect(body).toContain('{"query":"canno","fuzziness":"AUTO:4,8","prefix_length":1,"max_expansions":50}')
  expect(body).toContain('"t.pre":{"query":"tn2110"}')
})

test('suggestions stay in the category that is open', () => {
  const body = suggestBody({ tokens: ['a'], category: '7', size: 8, pass: 1 })
  expect(JSON.stringify(body)).toContain('{"term":{"cats":"7"}}')
})
