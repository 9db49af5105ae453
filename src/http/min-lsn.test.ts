import { expect, test } from 'vitest'
import { minLsnOf } from './min-lsn.ts'

const waitOf = (prefer?: string) => {
  const asked = minLsnOf({ 'x-min-lsn': '16/B374D848', ...(prefer === undefined ? {} : { prefer }) })
  return asked !== null && asked !== 'unreadable' && asked.waitMs
}

test('a client waits for a position 200 ms, or as long as it prefers, and never longer than 2 s', () => {
  expect(waitOf()).toBe(200)
  expect(['wait=0', 'wait=1', 'respond-async, wait=2', 'Wait = 1; x'].map(waitOf)).toEqual([
    0, 1_000, 2_000, 1_000,
  ])
  expect(['wait=3', 'wait=999999999'].map(waitOf)).toEqual([2_000, 2_000])
})

test('what is no number of seconds is not preferred', () => {
  expect(['wait=', 'wait=-1', 'wait=1.5', 'wait=9999999999', 'await=1', ''].map(waitOf)).toEqual(
    Array.from({ length: 6 }, () => 200),
  )
})

test('a text that is no position is unreadable, and without one nothing is asked for', () => {
  expect(minLsnOf({ 'x-min-lsn': 'soon' })).toBe('unreadable')
  expect(minLsnOf({ prefer: 'wait=2' })).toBeNull()
})
