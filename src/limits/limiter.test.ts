import { expect, test } from 'vitest'
import type { BucketReply, SharedBuckets } from '../redis/rate-buckets.ts'
import { createLimiter } from './limiter.ts'

const RATE = { limit: 10, periodMs: 1_000, burst: 5 }

/** Redis as told by the test, and how often it was asked. */
function limiterOver(reply: () => Promise<BucketReply>, instances = 1) {
  const state = { now: 1_000, asked: 0, local: 0 }
  const shared: SharedBuckets = {
    take: () => {
      state.asked += 1
      return reply()
    },
    countInstances: () => Promise.resolve(instances),
  }
  const limiter = createLimiter({
    shared,
    now: () => state.now,
    onLocal: () => {
      state.local += 1
    },
  })
  return { limiter, state }
}

const away = () => Promise.reject(new Error('away'))

test('who was told to wait is answered from memory until then', async () => {
  const { limiter, state } = limiterOver(() => Promise.resolve(['limited', 0, 80]))
  expect(await limiter.take('a', RATE)).toEqual({ outcome: 'limited', remaining: 0, retryAfterMs: 80 })
  state.now += 79
  expect(limiter.take('a', RATE)).toEqual({ outcome: 'limited', remaining: 0, retryAfterMs: 1 })
  expect(state.asked).toBe(1)
  state.now += 1
  await limiter.take('a', RATE)
  await limiter.take('b', RATE)
  expect(state.asked).toBe(3)
})

test('without Redis the same limit is kept in memory, and one request a second tries Redis', async () => {
  const { limiter, state } = limiterOver(away)
  const take = async () => (await limiter.take('a', RATE)).outcome
  const outcomes = []
  for (let i = 0; i < 7; i++) outcomes.push(await take())
  expect(outcomes.filter((outcome) => outcome === 'allowed')).toHaveLength(RATE.burst)
  expect(state.asked).toBe(3)
  state.now += 1_000
  await take()
  await take()
  expect([state.asked, state.local]).toEqual([4, 8])
})

test('when Redis answers again it decides again', async () => {
  let reply: () => Promise<BucketReply> = away
  const { limiter, state } = limiterOver(() => reply())
  for (let i = 0; i < 5; i++) await limiter.take('a', RATE)
  reply = () => Promise.resolve(['allowed', 3, 0])
  state.now += 1_000
  expect(await limiter.take('a', RATE)).toEqual({ outcome: 'allowed', remaining: 3, retryAfterMs: 0 })
  await limiter.take('a', RATE)
  expect(state.asked).toBe(5)
})

test('without Redis each of five processes grants a fifth', async () => {
  const { limiter } = limiterOver(away, 5)
  await limiter.countInstances()
  const outcomes = []
  for (let i = 0; i < 5; i++) outcomes.push((await limiter.take('a', RATE)).outcome)
  expect(outcomes).toEqual(['allowed', 'limited', 'limited', 'limited', 'limited'])
})
