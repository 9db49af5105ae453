import { expect, test } from 'vitest'
import { codesAmong, looksLikeCode } from './codes.ts'

test.each([['C4872A'], ['TN-2110'], ['00C9202YH'], ['FUJ 2110'], ['256MB']])(
  '%s looks like a code',
  (text) => {
    expect(looksLikeCode(text)).toBe(true)
  },
)

test.each([
  ['80'], // an EAN or a title holds it everywhere
  ['Front Panel Cable'],
  ['15 ft cable'],
  ['A-1'],
  ['1234567890-1234567890-1234567890-1'],
])('%s does not look like a code', (text) => {
  expect(looksLikeCode(text)).toBe(false)
})

test('codes are listed once, in their order', () => {
  expect(codesAmong(['C4872A', ' B2', 'TN-2110', 'C4872A '])).toEqual(['C4872A', 'TN-2110'])
})
