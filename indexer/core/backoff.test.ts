import { expect, test } from 'vitest'
import { backoffMs, RECONNECT } from './backoff.ts'

test('pauses grow and are never longer than 5 s, however many attempts', () => {
  expect([1, 2, 3].map((attempt) => backoffMs(RECONNECT, attempt, 1))).toEqual([200, 400, 800])
  expect(backoffMs(RECONNECT, 1_000, 1)).toBe(5_000)
})

test('jitter spreads clients over the whole pause', () => {
  expect(backoffMs(RECONNECT, 3, 0)).toBe(80)
  expect(backoffMs(RECONNECT, 3, 0.5)).toBeCloseTo(440)
})
