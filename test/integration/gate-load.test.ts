/** T15: reconcile in the middle of a sale, with stock that answers at once, so that as much as can happens between. */
import { expect, test } from 'vitest'
import { countsByHand } from '../support/gate-fixture.ts'
import { pause, Sale, sometime } from '../support/gate-sale.ts'
import { openShop, saleTruthOf } from '../support/gate-shop.ts'
import { randomBy } from '../support/random.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { chooseSeed } from '../support/seed.ts'
import { waitFor } from '../support/wait-for.ts'

/**
 * C, D and E sell out again and again. A and B have units enough for what is planted, and not every cart wants them:
 * each commit makes the snapshots before it stale.
 */
const UNITS = { A: 100_000, B: 100_000, C: 20, D: 20, E: 20 }
const WISHES = { A: 0.05, B: 0.05, C: 0.4, D: 0.4, E: 0.4 }
const SKUS = Object.keys(UNITS)
const PASSES_MIN = 30
const SOLD = 0.02

const servers = { urls: [(await useRedisServer()).url], isCluster: false }

test('T15 reconcile under full load admits nobody too many and tells planted drift exactly', async () => {
  const random = randomBy(chooseSeed('reconcile under load'))
  const shop = await openShop(servers, UNITS, {
    snapshot: async (skus) => {
      const taken = skus.map((sku) => shop.truth.snapshot(sku))
      await sometime(random) // it arrives late, and is refused then
      return taken
    },
    random,
    pause,
  })
  const { gate } = shop
  const hand = countsByHand(gate)
  const reconcile = () => shop.reconcile(SKUS, true)
  const sale = new Sale({ gate, truth: saleTruthOf(shop, random, SOLD), wishes: WISHES, reconcile, random })
  await waitFor('the sale is on', () => sale.held > 300 && sale.passes > PASSES_MIN / 2)
  await Promise.all([hand.plant('A', 3), hand.plant('B', -2)])
  await waitFor(
    'both were found, and more has happened',
    () => sale.drifts.length >= 2 && sale.passes > PASSES_MIN,
    {
      deadlineMs: 20_000,
    },
  )
  await sale.close()
  expect(sale.refused).toBe(0)
  expect(sale.drifts.length).toBe(2)
  expect(sale.drifts).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ sku: 'A', drift: 3, fixed: true }),
      expect.objectContaining({ sku: 'B', drift: -2, fixed: true }),
    ]),
  )
  for (const sku of SKUS) expect(await hand.count(sku)).toBe(shop.truth.available(sku))
  expect(await gate.metrics.text()).toMatch(/inv_reconcile_stale_total [1-9]/)
})
