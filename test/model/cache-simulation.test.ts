/**
 * The cache protocol in simulated time, with the clock of the test: leases, and the bound under faults. What the
 * terminal simulation prints is what is asserted here.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LEASE_MS } from '../../src/cache/lease.ts'
import { SIMULATED_FAULTS, SimulatedShop } from '../../src/cache/simulated-shop.ts'
import { randomBy } from '../support/random.ts'
import { chooseSeed } from '../support/seed.ts'
import { ROOT } from '../support/sources.ts'

const SEED = chooseSeed('cache simulation')
const RUN_MS = 60_000
const never = new AbortController().signal
/** Of a load that has just begun. */
const LOAD_MS = 15

const worst = (staleMs: readonly number[]) => staleMs.reduce((most, ms) => Math.max(most, ms), 0)

/** In 11 of 400 shops the broken lease went unseen: nobody read what changed during the stall. */
const SHOPS = 5

async function withStalledPublisher(isLeaseFromSeq: boolean) {
  const staleMs: number[] = []
  for (let n = 0; n < SHOPS; n += 1) {
    const shop = new SimulatedShop({ random: randomBy(SEED + n), faults: [], isLeaseFromSeq })
    await shop.run(2_000, never)
    shop.stallPublisher(3_000)
    await shop.run(4_000, never)
    staleMs.push(worst(shop.found.staleMs))
  }
  return worst(staleMs)
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

/** Run the program. @param interruptAfter text on standard error after which Ctrl-C is pressed */
async function simulate(args: readonly string[], interruptAfter?: string) {
  const child = spawn(process.execPath, [join(ROOT, 'src/cache/sim.ts'), ...args])
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += chunk.toString()
    if (interruptAfter !== undefined && said.err.includes(interruptAfter)) child.kill('SIGINT')
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, ...said }
}

describe('the simulation in a terminal', () => {
  test('it prints how stale answers were, and ends well', async () => {
    const { code, out } = await simulate(['--seconds', '3', '--seed', '7'])
    expect(out).toMatch(/^3 s, seed 7: \d+ answers, [\d.]+ % from the cache$/m)
    expect(out).toMatch(/^at worst \d+ ms; the bound is \d+ ms$/m)
    expect(code).toBe(0)
  })

  test('a broken protocol is told by its exit code', async () => {
    const { code, out } = await simulate(['--lease-from-seq', '--faults', 'stalled-publisher'])
    expect([code, out.includes('!')]).toEqual([1, true])
  })

  test('a fault that does not exist is told with those that do', async () => {
    const { code, err } = await simulate(['--faults', 'fire'])
    expect([code, err]).toEqual([2, expect.stringContaining('no fault "fire"; known: node-restart')])
  })

  test('Ctrl-C ends it with what was found so far', async () => {
    const { code, out } = await simulate(['--seconds', '100000000'], 'simulate:')
    expect([code, out.includes('at worst')]).toEqual([130, true])
  }, 20_000)
})
