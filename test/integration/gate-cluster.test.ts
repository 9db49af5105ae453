/** The gate over a Redis Cluster of three masters: a cart is asked slot by slot, each call within one node. */
import { expect, test } from 'vitest'
import { INV_SLOTS, slotOf } from '../../src/orders/slot.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { describeWith, lacks } from '../support/capabilities.ts'
import { clusterSlot } from '../support/cluster-slot.ts'
import { countsByHand, memoryStock, openGate } from '../support/gate-fixture.ts'
import { pause, Sale } from '../support/gate-sale.ts'
import { openShop, saleTruthOf } from '../support/gate-shop.ts'
import { randomBy } from '../support/random.ts'
import { useRedisCluster } from '../support/redis-cluster.ts'
import { chooseSeed } from '../support/seed.ts'
import { waitFor } from '../support/wait-for.ts'
import { gateSuite } from './gate-suite.ts'

const cluster = lacks('redis-cluster') === null ? await useRedisCluster() : null

describeWith('redis-cluster', 'the gate over a cluster', () => {
  const servers = { urls: cluster?.urls.slice(0, 1) ?? [], isCluster: true }
  gateSuite('cluster', servers)

  test('the server has the slots of the gate where the specification says', async () => {
    const readStock = memoryStock({}).read
    const { connection, slots } = await openGate({ servers, prefix: 'keys:', readStock })
    expect(slots).toBe(INV_SLOTS)
    const key = gateKeys('keys:').of(5, 1).k('LAMP-7')
    expect(await connection.cluster('KEYSLOT', key)).toBe(clusterSlot(key))
  })

  test('T16 slots that move to another master during a sale get a new epoch and the right counts', async () => {
    const random = randomBy(chooseSeed('slots that move'))
    const units = { A: 1_000, B: 1_000, C: 30, D: 30 }
    const skus = Object.keys(units)
    const shop = await openShop(servers, units, { random, pause }, 200)
    const { gate } = shop
    const gateSlots = [...new Set(skus.map((sku) => slotOf(sku)))]
    const before = gateSlots.map((slot) => gate.epochs.current(slot) ?? 0)
    const stop = new AbortController()
    const watching = gate.epochs.watch(100, stop.signal)
    const reconcile = () => shop.reconcile(skus, true)
    const wishes = { A: 0.3, B: 0.3, C: 0.3, D: 0.3 }
    const sale = new Sale({ gate, truth: saleTruthOf(shop, random, 0.02), wishes, reconcile, random })
    await waitFor('the sale is on', () => sale.held > 100)
    for (const slot of gateSlots) await cluster?.moveSlot(clusterSlot(gateKeys(gate.prefix).epoch(slot)))
    await waitFor('every slot that moved has an epoch of its new master', () =>
      gateSlots.every((slot, i) => (gate.epochs.current(slot) ?? 0) > (before[i] ?? 0)),
    )
    const heldBefore = sale.held
    await waitFor('the sale goes on', () => sale.held > heldBefore + 100)
    await sale.close()
    stop.abort()
    await watching
    await waitFor('counts are those of the stock', async () => {
      await shop.sweep() // an admission may have run after its deadline
      await shop.reconcile(skus, true)
      const counts = await Promise.all(skus.map((sku) => countsByHand(gate).count(sku)))
      return counts.every((count, i) => count === shop.truth.available(skus[i] ?? ''))
    })
  })
})
