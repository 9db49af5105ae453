import { expect, test } from 'vitest'
import { edge } from '../../test/support/edge.ts'
import { memorySearch } from '../../test/support/memory-search.ts'
import type { CatalogSearch } from '../search/contract.ts'
import { classLimits } from './classes.ts'

/** Search that answers when told to; it keeps the signals it was given. */
function heldSearch() {
  const signals: AbortSignal[] = []
  const gate = Promise.withResolvers<void>()
  const memory = memorySearch()
  const search: CatalogSearch = {
    ...memory,
    search: async (query, signal) => {
      signals.push(signal)
      await gate.promise
      return memory.search(query, signal)
    },
  }
  return { search, signals, release: gate.resolve }
}

const limits = (inFlight: number, deadlineMs: number) => ({
  ...classLimits({ search: deadlineMs, suggest: 300, item: 500 }),
  search: { inFlight, deadlineMs },
})

test('an answer that does not come within the class deadline is a 504, and what runs behind it is told to stop', async () => {
  const { search, signals } = heldSearch()
  const reply = await edge({ search, limits: limits(10, 20) }).request('/v1/search')
  expect(reply.status).toBe(504)
  expect(await reply.json()).toMatchObject({ type: '/problems/deadline-exceeded' })
  expect(signals[0]?.aborted).toBe(true)
})

test('a request beyond the cap of its class is refused at once, other classes go on', async () => {
  const { search, release } = heldSearch()
  const app = edge({ search, limits: limits(1, 1_000) })
  const first = app.request('/v1/search')
  const refused = await app.request('/v1/search')
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toBe('1')
  expect((await app.request('/v1/suggest?q=a')).status).toBe(200)
  release()
  expect((await first).status).toBe(200)
  expect((await app.request('/v1/search')).status).toBe(200)
})

test('a client that leaves stops what runs behind its request', async () => {
  const { search, signals } = heldSearch()
  const client = new AbortController()
  const reply = edge({ search }).request('/v1/search', { signal: client.signal })
  client.abort()
  expect((await reply).status).toBe(499)
  expect(signals[0]?.aborted).toBe(true)
})

test('a hard stop of the process ends running requests', async () => {
  const { search, signals } = heldSearch()
  const stop = new AbortController()
  const reply = edge({ search, hardStop: stop.signal }).request('/v1/search')
  stop.abort(new Error('stopped'))
  expect((await reply).status).toBe(500)
  expect(signals[0]?.aborted).toBe(true)
})
