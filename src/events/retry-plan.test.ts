import { expect, test } from 'vitest'
import { claimAfterMs, isDue, RETRY_PLAN } from './retry-plan.ts'

test('a consumer tries its own failures after 1, 5, 30 s, 2, 10, 10, 10 min', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7].map((attempts) => claimAfterMs({ attempts, isOwn: true }, RETRY_PLAN))
  expect(pauses).toEqual([1_000, 5_000, 30_000, 120_000, 600_000, 600_000, 600_000])
})

test('what another one has is taken from it after a minute, and never before its pause is over', () => {
  const pauses = [1, 2, 3, 4, 5].map((attempts) => claimAfterMs({ attempts, isOwn: false }, RETRY_PLAN))
  expect(pauses).toEqual([60_000, 60_000, 60_000, 120_000, 600_000])
})

test('it is due when it has been idle for the whole pause', () => {
  expect(isDue({ attempts: 2, idleMs: 4_999, isOwn: true }, RETRY_PLAN)).toBe(false)
  expect(isDue({ attempts: 2, idleMs: 5_000, isOwn: true }, RETRY_PLAN)).toBe(true)
})
