import { expect, test } from 'vitest'
import { copyLine } from './copy-text.ts'

test('null, numbers and text stand in one line', () => {
  expect(copyLine([null, 12, 'a', true])).toBe('\\N\t12\ta\ttrue\n')
})

test('a text that looks like null, a tab and a line break stay text', () => {
  expect(copyLine(['\\N', 'a\tb\r\nc'])).toBe('\\\\N\ta\\tb\\r\\nc\n')
})

test('list elements are quoted, and their quotes and backslashes are escaped twice', () => {
  expect(copyLine([['a"b', 'c\\d', 'NULL', '']])).toBe('{"a\\\\"b","c\\\\\\\\d","NULL",""}\n')
})
