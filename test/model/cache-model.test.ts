/**
 * B1 and W1 of the cache under random schedules: what a node serves is never older than the newest change whose
 * record it had consumed when it was asked. Each way to break the protocol is caught by the same schedules.
 */
import { describe, expect, test } from 'vitest'
import { randomBy } from '../support/random.ts'
import {
  BOOT_MUTANTS,
  CacheWorld,
  MUTANTS,
  type Outcome,
  REMOVE_MUTANTS,
  type WorldOptions,
} from './cache-world.ts'

const SCHEDULES = 20_000
/** Of the variants, which share the read path with the main one. */
const VARIANT_SCHEDULES = 3_000
const MUTANT_SCHEDULES = 400
const STEPS = 120

type Found = { violating: number; hits: number; sharedHits: number; stale: number }

async function runSchedules(options: WorldOptions, schedules: number): Promise<Found> {
  const found = { violating: 0, hits: 0, sharedHits: 0, stale: 0 }
  for (let seed = 1; seed <= schedules; seed++) {
    const outcome: Outcome = await new CacheWorld(options, randomBy(seed * 7919)).run(STEPS)
    if (outcome.violations > 0) found.violating += 1
    found.hits += outcome.hits
    found.sharedHits += outcome.sharedHits
    found.stale += outcome.stale
  }
  return found
}

describe('cache-model: the cache protocol under random schedules', () => {
  test('no node serves a value older than a change it has consumed', async () => {
    const found = await runSchedules({}, SCHEDULES)
    expect(found.violating).toBe(0)
    expect(found.hits).toBeGreaterThan(SCHEDULES) // a cache that never hits would pass as well
  })

  test.each(MUTANTS)('the broken protocol %s is caught', async (mutant) => {
    expect((await runSchedules({ mutant }, MUTANT_SCHEDULES)).violating).toBeGreaterThan(0)
  })
})

describe('cache-model-boot: a starting node replays the tail of the log', () => {
  const replaying = { keys: 4, tail: 4 }

  test('what a starting node takes from the shared tier is never older than what it replayed', async () => {
    const found = await runSchedules(replaying, VARIANT_SCHEDULES)
    expect(found.violating).toBe(0)
    // The replay is worth its price: without it every older entry of the shared tier is refused.
    const without = await runSchedules({ ...replaying, tail: 0 }, VARIANT_SCHEDULES)
    expect(without.violating).toBe(0)
    expect(found.sharedHits).toBeGreaterThan(1.2 * without.sharedHits)
  })

  test.each(BOOT_MUTANTS)('the broken boot %s is caught', async (mutant) => {
    expect((await runSchedules({ ...replaying, mutant }, MUTANT_SCHEDULES)).violating).toBeGreaterThan(0)
  })
})

describe('cache-remove: what was removed is never served again', () => {
  const removing = { keys: 2, verb: 'remove', failing: 0.5 } as const

  test('after the record is consumed nothing of before is served, whether loading fails or not', async () => {
    const found = await runSchedules(removing, VARIANT_SCHEDULES)
    expect(found.violating).toBe(0)
    expect(found.hits).toBeGreaterThan(VARIANT_SCHEDULES)
  })

  test('the same schedules with records that only expire do let older answers stand in', async () => {
    const found = await runSchedules({ ...removing, verb: 'expire' }, MUTANT_SCHEDULES)
    expect(found.stale).toBeGreaterThan(0)
    expect(found.violating).toBeGreaterThan(0)
  })

  test.each(REMOVE_MUTANTS)('the broken removal %s is caught', async (mutant) => {
    expect((await runSchedules({ ...removing, mutant }, MUTANT_SCHEDULES)).violating).toBeGreaterThan(0)
  })
})
