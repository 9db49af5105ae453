/**
 * The cache protocol in simulated time, with the clock of the test: leases, and the bound under faults. What the
 * terminal simulation prints is what is asserted here.
 */
import { describe, expect, test } from 'vitest'
import { LEASE_MS } from '../../src/cache/lease.ts'
import { SIMULATED_FAULTS, SimulatedShop } from '../../src/cache/simulated-shop.ts'
import { randomBy } from '../support/random.ts'
import { chooseSeed } from '../support/seed.ts'

const SEED = chooseSeed('cache simulation')
const RUN_MS = 60_000
const never = new AbortController().signal
/** Of a load that has just begun. */
const LOAD_MS = 15

const worst = (staleMs: readonly number[]) => staleMs.reduce((most, ms) => Math.max(most, ms), 0)

async function withStalledPublisher(isLeaseFromSeq: boolean) {
  const shop = new SimulatedShop({ random: randomBy(SEED), faults: [], isLeaseFromSeq })
  await shop.run(2_000, never)
  shop.stallPublisher(3_000)
  await shop.run(4_000, never)
  return worst(shop.found.staleMs)
}

describe('cache-lease: a lease comes only from heartbeats of the publisher', () => {
  test('while the publisher stands still no answer is staler than the lease', async () => {
    expect(await withStalledPublisher(false)).toBeLessThan(LEASE_MS + LOAD_MS)
  })

  test("the broken lease from Redis's own sequence is caught by the same stall", async () => {
    expect(await withStalledPublisher(true)).toBeGreaterThan(LEASE_MS + LOAD_MS)
  })
})

test('in simulated time no answer is staler than the lease, whatever fails', async () => {
  const shop = new SimulatedShop({ random: randomBy(SEED), faults: SIMULATED_FAULTS, isLeaseFromSeq: false })
  await shop.run(RUN_MS, never)
  expect(worst(shop.found.staleMs)).toBeLessThan(LEASE_MS + LOAD_MS)
  expect(shop.found.hits).toBeGreaterThan(shop.found.reads / 2)
})

test('a simulation with the same seed finds the same', async () => {
  const found = async () => {
    const shop = new SimulatedShop({ random: randomBy(9), faults: SIMULATED_FAULTS, isLeaseFromSeq: false })
    await shop.run(3_000, never)
    return shop.found
  }
  expect(await found()).toEqual(await found())
})
