import { expect, test } from 'vitest'
import { type Figure, isMet } from './benchmark.ts'
import { findingText, shown } from './report.ts'
import { spreadOf } from './statistics.ts'

const figure = (over: Partial<Figure>): Figure => ({
  name: 'rate',
  unit: 'ratio',
  spread: spreadOf([0.6, 0.7, 0.8]),
  target: { atLeast: 0.65 },
  ...over,
})

test('a target is kept by the median, whichever way it points', () => {
  expect(isMet(figure({}))).toBe(true)
  expect(isMet(figure({ target: { atLeast: 0.75 } }))).toBe(false)
  expect(isMet(figure({ target: { atMost: 0.75 } }))).toBe(true)
  expect(isMet(figure({ target: { atMost: 0.65 } }))).toBe(false)
})

test('a report shows median, spread and target of a figure', () => {
  const text = findingText('hit', { conditions: ['on nothing'], figures: [figure({})] })
  expect(text).toMatch(
    /^hit\n {2}on nothing\n {2}rate +0\.7 {2}\(0\.6 to 0\.8, 3 rounds\) +target >= 0\.65: met$/,
  )
})

test('a missed target is shouted', () => {
  expect(findingText('hit', { conditions: [], figures: [figure({ target: { atMost: 0.1 } })] })).toMatch(
    /MISSED/,
  )
})

test('figures show three digits that count', () => {
  expect([0.123456, 12.3456, 12_345.6].map(shown)).toEqual(['0.123', '12.3', '12,346'])
})
