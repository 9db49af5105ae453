import { expect, test } from 'vitest'
import { mustLetGo } from './relay-rules.ts'

const LIMITS = { patienceMs: 60_000, maxSize: 100, maxBytes: 1_000 }
const CALM = { awayMs: 1_000, size: 10, bytes: 100, walLeft: 0.9 }

test.each([
  ['Redis has been away for a moment', CALM, false],
  ['Redis has been away for too long', { ...CALM, awayMs: 60_000 }, true],
  ['too many wait', { ...CALM, size: 100 }, true],
  ['too much waits', { ...CALM, bytes: 1_000 }, true],
  ['the WAL runs out', { ...CALM, walLeft: 0.19 }, true],
  ['the WAL has no bound', { ...CALM, walLeft: null }, false],
  ['too many wait while Redis takes them', { ...CALM, awayMs: 0, size: 100, walLeft: 0.1 }, false],
])('events are let go or held when %s', (_when, pressure, isLetGo) => {
  expect(mustLetGo(pressure, LIMITS)).toBe(isLetGo)
})
