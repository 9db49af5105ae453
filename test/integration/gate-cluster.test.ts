/** The gate over a Redis Cluster of three masters: a cart is asked slot by slot, each call within one node. */
import { describe, expect, test } from 'vitest'
import { INV_SLOTS } from '../../src/orders/slot.ts'
import { gateKeys } from '../../src/redis/keys.ts'
import { describeWith } from '../support/capabilities.ts'
import { clusterSlot } from '../support/cluster-slot.ts'
import { memoryStock, openGate } from '../support/gate-fixture.ts'
import { type RedisClusterServers, useRedisCluster } from '../support/redis-cluster.ts'
import { gateSuite } from './gate-suite.ts'

describeWith('redis-cluster', 'the gate over a cluster', () => {
  let cluster: RedisClusterServers
  const start = async () => {
    cluster ??= await useRedisCluster()
    return { urls: cluster.urls.slice(0, 1), isCluster: true }
  }
  gateSuite('cluster', start)

  describe('keys', () => {
    test('the server has the slots of the gate where the specification says', async () => {
      const { readStock } = { readStock: memoryStock({}).read }
      const { connection, slots } = await openGate({ servers: await start(), prefix: 'keys:', readStock })
      expect(slots).toBe(INV_SLOTS)
      const key = gateKeys('keys:').of(5, 1).k('LAMP-7')
      expect(await connection.cluster('KEYSLOT', key)).toBe(clusterSlot(key))
    })
  })
})
