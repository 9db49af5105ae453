import { expect, test } from 'vitest'
import { waitAtMost } from './bounded-wait.ts'

/** The reason with which a signal aborts. */
const abortedBy = (signal: AbortSignal) =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(signal.reason))
  })

test('a wait that is over aborts with a time-out, and its caller does not', async () => {
  const caller = new AbortController()
  const wait = waitAtMost(5, caller.signal)
  expect(await abortedBy(wait.signal)).toMatchObject({ name: 'TimeoutError' })
  expect(caller.signal.aborted).toBe(false)
})

test('a caller who leaves ends the wait with his reason, also one who had left before', () => {
  const reason = new Error('gave up')
  const caller = new AbortController()
  const before = waitAtMost(60_000, caller.signal)
  caller.abort(reason)
  const after = waitAtMost(60_000, caller.signal)
  expect([before.signal.reason, after.signal.reason]).toEqual([reason, reason])
  before.end()
  after.end()
})

test('a wait that was ended hears nothing of its caller', () => {
  const caller = new AbortController()
  const wait = waitAtMost(60_000, caller.signal)
  wait.end()
  caller.abort(new Error('gave up'))
  expect(wait.signal.aborted).toBe(false)
})
