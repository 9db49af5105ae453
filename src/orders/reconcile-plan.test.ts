import { describe, expect, test } from 'vitest'
import { type Compared, judge, type LastPass, type LedgerChange, passOf } from './reconcile-plan.ts'

const UNDER_WAY_MS = 5_000
const found = (overrides: Partial<Compared> = {}): Compared => ({
  epoch: 3,
  ver: 20,
  before: 10,
  expected: 10,
  rv: 15,
  pv: 20,
  seen: 0,
  applied: [],
  ...overrides,
})
const change = (ver: number, units: number, age_ms: number): LedgerChange => ({
  sku: 'A',
  ver,
  units,
  age_ms,
})
const last = (overrides: Partial<LastPass> = {}): LastPass => ({ epoch: 3, rv: 15, pv: 19, ...overrides })
const causeOf = (compared: Compared, changes: readonly LedgerChange[] = [], pass: LastPass | null = last()) =>
  judge(compared, changes, UNDER_WAY_MS, pass).cause

describe('the judgment of reconcile', () => {
  test('equal counts are no drift', () => {
    expect(judge(found(), [], UNDER_WAY_MS, last())).toEqual({
      before: 10,
      expected: 10,
      drift: 0,
      cause: null,
    })
  })

  test('a change whose delta is under way is no drift, beside one that is', () => {
    const late = [change(18, 3, 200)]
    expect(judge(found({ expected: 13 }), late, UNDER_WAY_MS, last())).toMatchObject({
      drift: 0,
      cause: null,
    })
    const hidden = found({ before: 13, expected: 13 }) // as large as what is under way
    expect(judge(hidden, late, UNDER_WAY_MS, last())).toMatchObject({ drift: 3, cause: 'unknown' })
    const planted = found({ before: 12, expected: 13 })
    expect(judge(planted, late, UNDER_WAY_MS, last())).toMatchObject({
      before: 15,
      drift: 2,
      cause: 'unknown',
    })
  })

  test('a change that was applied, is in the snapshot before, or is after it, does not explain anything', () => {
    const changes = [change(18, 3, 200), change(15, 3, 200), change(21, 3, 200)]
    const judged = judge(found({ expected: 13, applied: [18] }), changes, UNDER_WAY_MS, last())
    expect(judged).toMatchObject({ before: 10, drift: -3 })
  })

  test('a delta that has not come in time is lost', () => {
    expect(causeOf(found({ expected: 13 }), [change(18, 3, 5_000)])).toBe('lost_delta')
    expect(causeOf(found({ expected: 13 }), [change(18, 0, 5_000)])).toBe('unknown')
  })

  test('another epoch than at the last pass is a failover, whatever else there is', () => {
    expect(causeOf(found({ before: 13, epoch: 4 }), [change(18, 3, 9_000)])).toBe('failover')
  })

  test('units that are missing because an admission is in the snapshot are those of a lost settle', () => {
    expect(causeOf(found({ before: 8, seen: 2 }))).toBe('lost_settle')
    expect(causeOf(found({ before: 7, seen: 2 }))).toBe('unknown')
    expect(causeOf(found({ before: 12, seen: 2 }))).toBe('unknown')
  })

  test('a difference without any change since the last pass was made by hand', () => {
    expect(causeOf(found({ before: 13 }), [], last({ pv: 20 }))).toBe('manual')
    expect(causeOf(found({ before: 13 }), [], null)).toBe('unknown')
  })

  test('a pass that sets the count leaves the version of its snapshot, another leaves it as it was', () => {
    expect(passOf(found({ ver: 22 }), true)).toEqual({ epoch: 3, rv: 22, pv: 22 })
    expect(passOf(found({ ver: 22 }), false)).toEqual({ epoch: 3, rv: 15, pv: 20 })
  })
})
