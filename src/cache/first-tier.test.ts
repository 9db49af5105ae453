import { describe, expect, test } from 'vitest'
import { cacheNode, loadedAnswer } from '../../test/support/cache-node.ts'
import { bytesOf, type Entry, type EntryKind, entryBytes } from './entry.ts'
import { createFirstTier } from './first-tier.ts'

const MAX_BYTES = 100_000
const never = new AbortController().signal

const entry = (kind: EntryKind, body = 'x'.repeat(500)): Entry => ({
  watermark: 0,
  tags: ['all', 't'],
  status: 200,
  headers: {},
  body: bytesOf(body),
  kind,
  filledAt: 0,
  softExpiry: 1,
  hardExpiry: 2,
  loadMs: 1,
})

describe('cache-negative: empty results', () => {
  test('they take a tenth of the memory at most, and push out no hit', () => {
    const tier = createFirstTier(MAX_BYTES)
    for (let i = 0; i < 20; i++) tier.set(`hit ${i}`, entry('hit'))
    for (let i = 0; i < 10_000; i++) tier.set(`nonsense ${i}`, entry('empty'))
    const hits = Array.from({ length: 20 }, (_, i) => tier.get(`hit ${i}`))
    expect(hits.every((held) => held?.kind === 'hit')).toBe(true)
    const hitBytes = hits.reduce((sum, held, i) => sum + (held ? entryBytes(`hit ${i}`, held) : 0), 0)
    expect(tier.bytes - hitBytes).toBeLessThanOrEqual(MAX_BYTES / 10)
    expect(tier.get('nonsense 9999')?.kind).toBe('empty')
  })

  test('all of them together stay within the bound', () => {
    const tier = createFirstTier(MAX_BYTES)
    for (let i = 0; i < 1_000; i++) tier.set(`k ${i}`, entry(i % 2 === 0 ? 'hit' : 'empty'))
    expect(tier.bytes).toBeLessThanOrEqual(MAX_BYTES)
    expect(tier.size).toBeLessThan(1_000)
  })

  test('an answer that was empty and has hits now stands in one place', () => {
    const tier = createFirstTier(MAX_BYTES)
    tier.set('k', entry('empty'))
    tier.set('k', entry('hit'))
    expect([tier.size, tier.get('k')?.kind]).toEqual([1, 'hit'])
    tier.set('k', entry('empty'))
    expect([tier.size, tier.get('k')?.kind]).toEqual([1, 'empty'])
    tier.clear()
    expect([tier.size, tier.has('k')]).toEqual([0, false])
  })

  test('they carry the tags of the request, so that the first item that matches ends them', async () => {
    const { cache, watermark } = cacheNode({ now: 0 })
    const ask = (body: string, kind: EntryKind) =>
      cache.getOrLoad(
        {
          key: 'k',
          family: 'search',
          mayCarry: ['all', 't'],
          load: () => Promise.resolve(loadedAnswer(body, { kind })),
          isHot: true,
        },
        never,
      )
    await ask('nothing', 'empty')
    expect((await ask('one', 'hit')).source).toBe('HIT-L1')
    watermark.apply({ id: 1, verb: 'expire', tags: ['t'] })
    expect((await ask('one', 'hit')).entry.body.toString()).toBe('one')
  })
})

test('entries are counted through, hits and empty ones', () => {
  const tier = createFirstTier(MAX_BYTES)
  for (const [key, kind] of [
    ['a', 'hit'],
    ['b', 'empty'],
    ['c', 'hit'],
  ] as const) {
    tier.set(key, entry(kind))
  }
  const keys = [0, 1, 2].map((n) => tier.at(n)?.[0])
  expect([keys.sort(), tier.at(3)]).toEqual([['a', 'b', 'c'], null])
})
