/** The gate over one Redis: a cart is one call. What happens when that Redis does not answer or comes back empty. */
import { describe, expect, test } from 'vitest'
import { cartOf, memoryEpochs, memoryStock, openGate } from '../support/gate-fixture.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { waitFor } from '../support/wait-for.ts'
import { gateSuite } from './gate-suite.ts'

const redis = await useRedisServer()
const servers = { urls: [redis.url], isCluster: false }

gateSuite('one Redis', servers)

describe('a gate whose Redis is away', () => {
  const soon = { commandTimeoutMs: 50 }

  test('carts of a frozen Redis have an unknown outcome, soon without waiting, and are admitted after it wakes', async () => {
    const readStock = memoryStock({ A: { available: 100 } }).read
    const { gate } = await openGate({ servers, prefix: 'frozen:', readStock, ...soon })
    const admit = (id: string) => gate.admit(cartOf(id, { A: 1 }))
    await waitFor('the first cart', async () => (await admit('h')).outcome === 'OK')
    redis.freeze()
    const reasons = new Set<string>()
    for (let i = 0; i < 6; i++) {
      const answer = await admit(`frozen-${i}`)
      reasons.add(answer.outcome === 'UNKNOWN' ? answer.reason : answer.outcome)
    }
    redis.thaw()
    expect([...reasons]).toEqual(['timeout', 'down'])
    expect(await gate.settle('frozen-9', [{ sku: 'A', ver: 2 }])).toBeNull()
    await waitFor('carts are admitted again', async () => (await admit('later')).outcome !== 'UNKNOWN')
    // What was sent to the frozen Redis has run in the meantime: asked again, it is known and takes nothing more.
    expect(await admit('frozen-0')).toEqual({ outcome: 'KNOWN', granted: [{ sku: 'A', qty: 1 }] })
  })

  test('a Redis that was killed and comes back empty begins one epoch, whoever looks', async () => {
    const statements = memoryEpochs()
    const readStock = memoryStock({ A: { available: 3 } }).read
    const options = { servers, prefix: 'killed:', readStock, statements }
    const [one, other] = [await openGate(options), await openGate(options)]
    await one.gate.admit(cartOf('h1', { A: 3 }))
    expect(statements.begun).toEqual([0])
    const stop = new AbortController()
    const watching = [one, other].map(({ epochs }) => epochs.watch(60_000, stop.signal))
    await redis.killAndRestart()
    await waitFor('both know the epoch', () => [one, other].every(({ epochs }) => epochs.current(0) === 2))
    expect(statements.begun).toEqual([0, 0])
    expect(await other.gate.admit(cartOf('h2', { A: 3 }))).toMatchObject({ outcome: 'OK' })
    stop.abort()
    await Promise.all(watching)
  })

  test('a cart that is under way when Redis dies has an unknown outcome at once', async () => {
    const readStock = memoryStock({ A: {} }).read
    const { gate } = await openGate({ servers, prefix: 'dies:', readStock, commandTimeoutMs: 60_000 })
    await gate.admit(cartOf('h1', { A: 1 }))
    redis.freeze()
    const answer = gate.admit(cartOf('h2', { A: 1 }))
    await redis.killAndRestart()
    expect(await answer).toEqual({ outcome: 'UNKNOWN', reason: 'down' })
  })

  test('a reading that fails leaves the cart to Postgres', async () => {
    const readStock = () => Promise.reject(new Error('no primary'))
    const { gate, errors } = await openGate({ servers, prefix: 'reading:', readStock })
    expect(await gate.admit(cartOf('h', { A: 1 }))).toEqual({ outcome: 'UNKNOWN', reason: 'not_loaded' })
    expect(String(errors)).toContain('no primary')
  })
})
