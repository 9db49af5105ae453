import { describe, expect, test } from 'vitest'
import { bytesText, isTooLate, type SlotStatus, secondsText, secondsToLoss } from './status.ts'

const slot = (safe_bytes: number | null): SlotStatus => ({
  name: 'aisle_shop',
  own: true,
  database: 'shop',
  active: true,
  wal_status: 'reserved',
  confirmed: '0/1',
  lag_bytes: 0,
  retained_bytes: 0,
  safe_bytes,
  inactive_seconds: null,
  invalidation_reason: null,
})

describe('time until a slot is lost', () => {
  test('is what is left at the rate of the two looks', () => {
    expect(secondsToLoss(slot(1_000), slot(900), 2)).toBe(18)
  })

  test('is unknown without a bound, and where nothing grows', () => {
    expect(secondsToLoss(slot(null), slot(null), 2)).toBeNull()
    expect(secondsToLoss(slot(900), slot(1_000), 2)).toBeNull()
  })
})

describe('a lag is too much', () => {
  test('above the bound, or when it reached the bound without an end', () => {
    expect(isTooLate({ seconds: 2, is_at_least: false }, 2)).toBe(false)
    expect(isTooLate({ seconds: 2.1, is_at_least: false }, 2)).toBe(true)
    expect(isTooLate({ seconds: 2, is_at_least: true }, 2)).toBe(true)
  })

  test('when nobody can tell it, unless everything is allowed', () => {
    expect(isTooLate({ seconds: null, is_at_least: false }, 5)).toBe(true)
    expect(isTooLate({ seconds: null, is_at_least: false }, null)).toBe(false)
  })
})

test('bytes and seconds are shown in units that people read', () => {
  expect([0, 999, 1_500_000, -2_000, null].map(bytesText)).toEqual([
    '0 B',
    '999 B',
    '1.5 MB',
    '-2.0 kB',
    'unknown',
  ])
  expect([0.25, 119, 600, 36_000].map(secondsText)).toEqual(['0.3 s', '119 s', '10 min', '10.0 h'])
})
