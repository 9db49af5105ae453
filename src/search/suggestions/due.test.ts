import { expect, test } from 'vitest'
import { dueReason } from './due.ts'

const EVERY_MS = 300_000
const BUILT = { source: 'items-v1', items: 1_000, built_at: 0, log: null }
const reason = (overrides: { generation?: string; items?: number; now?: number }) =>
  dueReason(
    BUILT,
    { generation: overrides.generation ?? 'items-v1', items: overrides.items ?? 1_000 },
    overrides.now ?? 60_000,
    EVERY_MS,
  )

test('a rebuild is due at once when there is no index, or the items index is another', () => {
  expect(dueReason(null, { generation: 'items-v1', items: 0 }, 0, EVERY_MS)).toBe('first')
  expect(reason({ generation: 'items-v2', now: 1 })).toBe('generation')
})

test('a rebuild is due when the time has come, and not before', () => {
  expect([reason({ now: EVERY_MS - 1 }), reason({ now: EVERY_MS })]).toEqual([null, 'age'])
})

test('a catalogue that grew or shrank much is read again, but not at every item', () => {
  expect([reason({ items: 1_101 }), reason({ items: 899 }), reason({ items: 1_100 })]).toEqual([
    'growth',
    'growth',
    null,
  ])
  expect(reason({ items: 5_000, now: 4_999 })).toBeNull()
})
