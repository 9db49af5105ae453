/**
 * Invariants I1 and I2 (indexer design 3.1) by their consequence: whatever the schedule, every index ends as the
 * table. Each mutant leaves one rule out and must be caught, so the schedules are known to have power.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MUTANTS } from './indexer-model.ts'
import { ACTION_COUNT, runSchedule } from './schedule.ts'

const SCHEDULES = 3_000
/** A mutant must be caught well before this many. */
const MUTANT_SCHEDULES = 30_000
const SEED = 20_261_125
/** One by which every mutant is caught early: the rarest needs 2,300 schedules. */
const MUTANT_SEED = 5

const step = fc.tuple(fc.nat(ACTION_COUNT - 1), fc.nat(1_000), fc.nat(0x7fffffff))
const schedule = fc.tuple(
  fc.array(step, { maxLength: 25, size: 'max' }),
  fc.array(step, { maxLength: 250, size: 'max' }),
)

test('I1 and I2: every index ends as the table, whatever commits, sights, bulks and crashes do', () => {
  fc.assert(
    fc.property(schedule, ([before, steps]) => {
      expect(runSchedule(before, steps, null)).toEqual([])
    }),
    { numRuns: SCHEDULES, seed: SEED },
  )
}, 60_000)

describe('a schedule catches the mutant', () => {
  test.each(MUTANTS)(
    '%s',
    (mutant) => {
      const result = fc.check(
        fc.property(schedule, ([before, steps]) => runSchedule(before, steps, mutant).length === 0),
        { numRuns: MUTANT_SCHEDULES, seed: MUTANT_SEED, endOnFailure: true },
      )
      expect(result.failed, `not caught in ${result.numRuns} schedules`).toBe(true)
    },
    60_000,
  )
})
