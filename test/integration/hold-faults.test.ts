/** Holds while processes die and servers are away: one hold per key, and a true answer in the end. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { namesFor } from '../../src/catalog/names.ts'
import { FAULT_POINTS, type FaultPoint } from '../../src/orders/fault-point.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { IS_SOAK } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { type HoldReply, newKey, type Shopper, shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('hold_faults')
const { pool, namespace } = database
let healthy: RunningProcess
let postgres: TcpProxy
let behindProxy: RunningProcess

beforeAll(async () => {
  postgres = await startTcpProxy(database.postgresUrl)
  ;[healthy, behindProxy] = await Promise.all([
    startProcess('api', database.env),
    startProcess('api', { ...database.env, DATABASE_URL: postgres.url }),
  ])
})
afterAll(async () => {
  expect(await verifyInventory(pool)).toEqual([])
  postgres.setMode('pass')
  await Promise.all([healthy.stop(), behindProxy.stop()])
  await postgres.close()
})

const holdsOf = async (id: string) =>
  (await pool.query<{ state: string }>('select state from inv.hold where id = $1::uuid', [id])).rows
/** Two callers of one customer, at two processes. */
async function twoWays(url: string): Promise<readonly [Shopper, Shopper]> {
  const there = await shopper(url, namespace)
  return [there, await shopper(healthy.url, namespace, there.subject)]
}

/** Each kind of moment: before Postgres knows, while it decides, after it has decided. All of them in the long form. */
const POINTS: readonly FaultPoint[] = IS_SOAK
  ? FAULT_POINTS.filter((point) => point.startsWith('hold.'))
  : ['hold.queued', 'hold.before_commit', 'hold.after_commit', 'hold.before_answer']

describe('a process that dies', () => {
  test.each(POINTS)('at %s leaves a call that its key finishes elsewhere, once (T10)', async (point) => {
    const sku = point.toUpperCase()
    await stockShop(pool, { [sku]: { units: 2 } })
    const doomed = await startProcess('api', { ...database.env, AISLE_FAULT: `${point}:kill:1` })
    const [there, here] = await twoWays(doomed.url)
    const key = newKey()
    const call = (caller: Shopper) => caller.hold([{ sku, qty: 2 }], { key })
    await call(there).catch(() => null) // most die before they answer
    expect(await doomed.exited).toBeNull()
    const reply = await call(here)
    expect([reply.status, reply.body.hold_id]).toEqual([201, key])
    expect(await unitsOf(pool, sku)).toMatchObject({ held: 2 })
    expect(await holdsOf(key)).toEqual([{ state: 'ACTIVE' }])
    expect((await (await shopper(healthy.url, namespace)).hold([{ sku, qty: 1 }])).status).toBe(409)
  })
})

describe('Postgres', () => {
  test('that resets the connection after the commit has made one hold, and the call gets it (T9)', async () => {
    await stockShop(pool, { RESET: { units: 3 } })
    const [there] = await twoWays(behindProxy.url)
    const key = newKey()
    await there.hold([{ sku: 'RESET', qty: 1 }]) // connections and counts are there
    postgres.setDelay(300)
    const calling = there.hold([{ sku: 'RESET', qty: 2 }], { key })
    await waitFor('the hold is committed', async () => (await holdsOf(key)).length === 1, { everyMs: 5 })
    postgres.setDelay(0)
    postgres.reset()
    const reply = await calling
    expect([reply.status, reply.body.hold_id]).toEqual([201, key])
    expect(await unitsOf(pool, 'RESET')).toMatchObject({ held: 3 })
  })

  test('that is away is said so, and the same key succeeds when it is back (T8)', async () => {
    await stockShop(pool, { AWAY: { units: 3 } })
    const [there] = await twoWays(behindProxy.url)
    const key = newKey()
    postgres.setMode('refuse')
    postgres.reset()
    const refused = await there.hold([{ sku: 'AWAY', qty: 1 }], { key })
    expect([refused.status, refused.body.type, refused.headers.get('retry-after')]).toEqual([
      503,
      '/problems/ordering-unavailable',
      '5',
    ])
    postgres.setMode('pass')
    const reply = await waitFor('it is back', async () => {
      const again = await there.hold([{ sku: 'AWAY', qty: 1 }], { key })
      return again.status === 201 && again
    })
    expect(reply.body.hold_id).toBe(key)
    expect(await unitsOf(pool, 'AWAY')).toMatchObject({ held: 1 })
  })

  test('that stands still makes carts overloaded instead of waiting for ever, and their units are free again', async () => {
    await stockShop(pool, { STILL: { units: 9 } })
    const [there] = await twoWays(behindProxy.url)
    const one = [{ sku: 'STILL', qty: 1 }]
    expect((await there.hold(one)).status).toBe(201)
    postgres.setMode('silent')
    const stuck = there.hold(one) // under way until the end; who comes with it is in its batch
    const seen: HoldReply[] = []
    await waitFor('a cart is overloaded', async () => {
      const reply = await (await shopper(behindProxy.url, namespace)).hold(one)
      seen.push(reply)
      return reply.body.type === '/problems/overloaded'
    })
    expect(['1', '2', '3']).toContain(seen.at(-1)?.headers.get('retry-after'))
    postgres.setMode('pass')
    for (const reply of [await stuck, ...seen]) expect([201, 503, 504]).toContain(reply.status)
    // Nothing of the overloaded cart is left in the gate: all that nobody holds can be had.
    await waitFor('the rest is free', async () => {
      const { held } = await unitsOf(pool, 'STILL')
      return (
        (await (await shopper(healthy.url, namespace)).hold([{ sku: 'STILL', qty: 9 - held }])).status === 201
      )
    })
    expect(await unitsOf(pool, 'STILL')).toMatchObject({ held: 9 })
  })
})

describe('Redis', () => {
  test('that is away leaves the decision to Postgres, also about what is sold out', async () => {
    await stockShop(pool, { NOGATE: { units: 2 } })
    const redis = await startTcpProxy(database.redisUrl)
    const alone = await startProcess('api', { ...database.env, REDIS_URL: redis.url })
    redis.setMode('refuse')
    redis.reset()
    try {
      const [there, here] = await twoWays(alone.url)
      const key = newKey()
      const first = await there.hold([{ sku: 'NOGATE', qty: 2 }], { key })
      expect(first.status).toBe(201)
      for (let call = 0; call < 3; call += 1) {
        const late = await (await shopper(alone.url, namespace)).hold([{ sku: 'NOGATE', qty: 1 }])
        expect([late.status, late.body.reason]).toEqual([409, 'SOLD_OUT'])
      }
      expect((await there.hold([{ sku: 'NOGATE', qty: 2 }], { key })).text).toBe(first.text)
      expect((await here.hold([{ sku: 'NOGATE', qty: 2 }], { key })).text).toBe(first.text)
      expect(await unitsOf(pool, 'NOGATE')).toMatchObject({ held: 2 })
    } finally {
      redis.setMode('pass')
      await alone.stop()
      await redis.close()
    }
  })

  test('that forgets a granted call does not turn its repetition away', async () => {
    await stockShop(pool, { FORGOT: { units: 1 } })
    const me = await shopper(healthy.url, namespace)
    const key = newKey()
    const first = await me.hold([{ sku: 'FORGOT', qty: 1 }], { key })
    const redis = new Redis(database.redisUrl)
    try {
      const forget = async () => {
        const keys = await redis.keys(`${namesFor(namespace).redisPrefix}*h:${key}`)
        return keys.length > 0 && (await redis.del(keys)) === keys.length
      }
      await waitFor('the gate knew the call', forget)
    } finally {
      redis.disconnect()
    }
    const again = await me.hold([{ sku: 'FORGOT', qty: 1 }], { key })
    expect([again.status, again.text, again.headers.get('idempotent-replay')]).toEqual([
      201,
      first.text,
      'true',
    ])
  })
})
