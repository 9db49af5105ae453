import { expect, test } from 'vitest'
import { leftText, warningOf } from './time-left.js'

test.each([
  [600_000, '10:00'],
  [599_001, '10:00'],
  [61_000, '1:01'],
  [1, '0:01'],
  [0, '0:00'],
  [-5_000, '0:00'],
])('%d ms are shown as %s', (ms, text) => {
  expect(leftText(ms)).toBe(text)
})

test('the end of a hold is announced three times, and not every second', () => {
  const said = [400_000, 300_000, 120_000, 60_000, 40_000, 20_000, 0].map(warningOf)
  expect([...new Set(said)]).toEqual(['', 'Five minutes left', 'One minute left', 'Twenty seconds left'])
})
