/**
 * B1 and W1 of the cache under random schedules: what a node serves is never older than the newest change whose
 * record it had consumed when it was asked. Each way to break the protocol is caught by the same schedules.
 */
import { describe, expect, test } from 'vitest'
import { randomBy } from '../support/random.ts'
import { CacheWorld, MUTANTS, type Mutant } from './cache-world.ts'

const SCHEDULES = 20_000
const MUTANT_SCHEDULES = 400
const STEPS = 120

async function violating(
  mutant: Mutant | null,
  schedules: number,
): Promise<{ violating: number; hits: number }> {
  let bad = 0
  let hits = 0
  for (let seed = 1; seed <= schedules; seed++) {
    const outcome = await new CacheWorld(mutant, randomBy(seed * 7919)).run(STEPS)
    if (outcome.violations > 0) bad += 1
    hits += outcome.hits
  }
  return { violating: bad, hits }
}

describe('the cache protocol under random schedules', () => {
  test('no node serves a value older than a change it has consumed', async () => {
    const outcome = await violating(null, SCHEDULES)
    expect(outcome.violating).toBe(0)
    expect(outcome.hits).toBeGreaterThan(SCHEDULES) // a cache that never hits would pass as well
  })

  test.each(MUTANTS)('the broken protocol %s is caught', async (mutant) => {
    expect((await violating(mutant, MUTANT_SCHEDULES)).violating).toBeGreaterThan(0)
  })
})
