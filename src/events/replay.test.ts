import { expect, test } from 'vitest'
import { parseLsn } from './replay.ts'

test('a position is a number of two halves, and anything else is none', () => {
  expect([parseLsn('16/B374D848'), parseLsn('0/1'), parseLsn('FFFFFFFF/ffffffff')]).toEqual([
    0x16_b374_d848n,
    1n,
    0xffff_ffff_ffff_ffffn,
  ])
  for (const text of ['', '16', '16/', '/1', '2026-11-25', '1/123456789', 'x/1'])
    expect(parseLsn(text)).toBeNull()
})
