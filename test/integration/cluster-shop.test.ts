/** A shop whose stock is counted by a Redis Cluster of three masters: two apis and a worker as an operator starts them. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { INV_SLOTS, slotOf } from '../../src/orders/slot.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { connectGate, type GateConnection } from '../../src/redis/connection.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { describeWith, lacks } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { useRedisCluster } from '../support/redis-cluster.ts'
import { insist, shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const cluster = lacks('redis-cluster') === null ? await useRedisCluster() : null
const database = await useDatabase('cluster_shop')
const { pool, namespace } = database

/** A SKU for each slot of the gate. */
const SKUS = Array.from({ length: INV_SLOTS }, (_, slot) => {
  for (let n = 0; ; n += 1) if (slotOf(`S${n}`) === slot) return `S${n}`
})

describeWith('redis-cluster', 'a shop over a cluster', () => {
  const keys = gateKeys(namesFor(namespace).redisPrefix)
  let gate: GateConnection
  let processes: RunningProcess[] = []
  const at = (n: number) => processes[n % 2]?.url ?? ''

  beforeAll(async () => {
    const urls = cluster?.urls ?? []
    gate = connectGate(
      { urls, isCluster: true, name: 'test', commandTimeoutMs: 5_000, onError: () => undefined },
      Math.random,
    )
    const env = {
      ...database.env,
      AISLE_GATE_URLS: urls.slice(0, 2).join(','),
      AISLE_GATE_TIMEOUT_MS: '2000',
      AISLE_SWEEP_MS: '100',
    }
    const kinds = ['api', 'api', 'worker'] as const
    processes = await Promise.all(kinds.map((kind) => startProcess(kind, env)))
    await stockShop(pool, Object.fromEntries(SKUS.map((sku) => [sku, { units: 3 }])))
  })
  afterAll(async () => {
    await Promise.all(processes.map((process) => process.stop()))
    gate.disconnect()
    expect(await verifyInventory(pool)).toEqual([])
  })

  /** Of the count in the cluster; null: not loaded. */
  const counted = async (sku: string) => {
    const slot = slotOf(sku)
    const epoch = Number(await gate.get(keys.epoch(slot)))
    return await gate.hget(keys.of(slot, epoch).k(sku), 'a')
  }

  test('a cart of every slot is admitted by all masters, and given back to all of them', async () => {
    const me = await shopper(at(0), namespace)
    const lines = SKUS.map((sku) => ({ sku, qty: 2 }))
    const taken = await me.hold(lines)
    expect(taken.status).toBe(201)
    await waitFor('every slot has counted it', async () => {
      const counts = await Promise.all(SKUS.map(counted))
      return counts.every((units) => units === '1')
    })
    const other = await shopper(at(1), namespace)
    const short = await other.hold([...lines.slice(0, 3), { sku: SKUS[9] ?? '', qty: 1 }])
    expect([short.status, short.body.reason]).toEqual([409, 'PARTIAL'])
    expect((await me.release(taken.body.hold_id ?? '')).status).toBe(200)
    await waitFor('every slot has them back', async () => {
      const counts = await Promise.all(SKUS.map(counted))
      return counts.every((units) => units === '3')
    })
  })

  test('three units and thirty buyers of two shops make three holds, whose end is on sale again', async () => {
    const [sku = ''] = SKUS
    const buyers = await Promise.all(
      Array.from({ length: 30 }, (_, n) => shopper(at(n), namespace, `guest:${randomUUID()}`)),
    )
    const answers = await Promise.all(
      buyers.map((who) => insist(() => who.hold([{ sku, qty: 1 }], { ttl_s: 1 }))),
    )
    expect(answers.filter(({ status }) => status === 201).length).toBe(3)
    expect(answers.filter(({ status }) => status === 409).length).toBe(27)
    await waitFor('they are over and counted', async () => (await counted(sku)) === '3')
    expect(await unitsOf(pool, sku)).toEqual({ on_hand: 3, held: 0, committed: 0 })
  })

  test('whatever was admitted is settled, and nothing waits in any slot', async () => {
    await waitFor('nothing waits', async () => {
      const waiting = SKUS.map(async (_, slot) => {
        const epoch = Number(await gate.get(keys.epoch(slot)))
        return await gate.zcard(keys.of(slot, epoch).tz)
      })
      return (await Promise.all(waiting)).every((n) => n === 0)
    })
    expect((await pool.query('select * from inv.drift_report')).rows).toEqual([])
  })
})
