import { expect, test } from 'vitest'
import { formatLsn, parseLsn } from './lsn.ts'

test('a position survives being printed and read, also above 32 bits', () => {
  for (const text of ['0/0', '16/B374D848', 'FFFFFFFF/FFFFFFFF']) expect(formatLsn(parseLsn(text))).toBe(text)
  expect(parseLsn('1/0')).toBe(4_294_967_296n)
})

test('text that is no position is refused', () => {
  for (const text of ['', '16', '16/', 'x/1', '1/123456789']) expect(() => parseLsn(text)).toThrow(RangeError)
})
