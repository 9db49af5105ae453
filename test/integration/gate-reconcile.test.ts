/** Reconcile against a real Redis: what it finds, what it calls it, and what it leaves alone. */
import { describe, expect, test } from 'vitest'
import type { StockSnapshot } from '../../src/orders/admission.ts'
import type { Line } from '../../src/orders/types.ts'
import { cartOf } from '../support/gate-fixture.ts'
import { openShop, type Shop } from '../support/gate-shop.ts'
import { useRedisServer } from '../support/redis-server.ts'

const servers = { urls: [(await useRedisServer()).url], isCluster: false }

/** Admit, hold and settle. */
async function buy({ gate, truth }: Shop, id: string, lines: readonly Line[]): Promise<void> {
  const cart = cartOf(id, Object.fromEntries(lines.map(({ sku, qty }) => [sku, qty])))
  expect((await gate.gate.admit(cart)).outcome).toBe('OK')
  await gate.gate.settle(id, truth.reserve(id, lines).lines)
}

const A = { sku: 'A', qty: 1 }

describe('reconcile', () => {
  test('a count that somebody changed by hand is set back, and called that after a quiet pass', async () => {
    const shop = await openShop(servers, { A: 10 })
    await buy(shop, 'h', [A])
    expect(await shop.reconcile(['A'], true)).toMatchObject([{ outcome: 'COMPARED', drift: 0, cause: null }])
    await shop.plant('A', 3)
    expect(await shop.reconcile(['A'], true)).toEqual([
      { outcome: 'COMPARED', sku: 'A', before: 12, expected: 9, drift: 3, cause: 'manual', fixed: true },
    ])
    expect(await shop.count('A')).toBe(9)
    expect(await shop.gate.metrics.text()).toContain('inv_drift_units{cause="manual"} 3')
  })

  test('a dry run tells the drift and changes nothing', async () => {
    const shop = await openShop(servers, { A: 10 })
    await buy(shop, 'h', [A])
    await shop.plant('A', -2)
    const [found] = await shop.reconcile(['A'], false)
    expect(found).toMatchObject({ drift: -2, cause: 'unknown', fixed: false })
    expect(await shop.count('A')).toBe(7)
  })

  test('a change that is under way is no drift, one that never came is a lost delta', async () => {
    const shop = await openShop(servers, { A: 10 })
    await buy(shop, 'h', [A])
    shop.truth.adjust('A', 4)
    expect(await shop.reconcile(['A'], false)).toMatchObject([{ drift: 0, cause: null }])
    shop.ageMs = 60_000
    expect(await shop.reconcile(['A'], true)).toMatchObject([{ drift: -4, cause: 'lost_delta' }])
    expect(await shop.count('A')).toBe(13)
  })

  test('whoever brings the changes has lost none, however late', async () => {
    const shop = await openShop(servers, { A: 10 }, { lostAfterMs: Number.POSITIVE_INFINITY })
    await buy(shop, 'h', [A])
    shop.truth.adjust('A', 4)
    shop.ageMs = 60_000
    expect(await shop.reconcile(['A'], true)).toMatchObject([{ drift: 0, cause: null }])
    expect(await shop.count('A')).toBe(13)
  })

  test('an admission that was counted twice is a lost settle', async () => {
    const shop = await openShop(servers, { A: 10 })
    await buy(shop, 'other', [A])
    shop.truth.reserve('h', [A]) // held without the gate, as while Redis was away
    await shop.reconcile(['A'], true)
    await shop.gate.gate.admit(cartOf('h', { A: 1 }))
    expect(await shop.reconcile(['A'], true)).toMatchObject([{ drift: -1, cause: 'lost_settle' }])
    await shop.gate.gate.settle('h', shop.truth.reserve('h', [A]).lines)
    expect(await shop.count('A')).toBe(8)
  })

  test('a difference after a new epoch is a failover', async () => {
    const shop = await openShop(servers, { A: 10 })
    await buy(shop, 'h', [A])
    await shop.reconcile(['A'], true)
    await shop.gate.connection.flushall()
    await buy(shop, 'h2', [A])
    await shop.plant('A', 1)
    expect(await shop.reconcile(['A'], true)).toMatchObject([{ drift: 1, cause: 'failover' }])
  })

  test('a snapshot that stays older than Redis is given up after four tries', async () => {
    const old: StockSnapshot = { sku: 'A', available: 10, ver: 1, queue: false, limit: null, holds: [] }
    const pauses: number[] = []
    let tries = 0
    const shop = await openShop(
      servers,
      { A: 10 },
      {
        snapshot: () => Promise.resolve([old]).finally(() => tries++),
        pause: (ms) => Promise.resolve(void pauses.push(ms)),
      },
    )
    await buy(shop, 'h', [A])
    expect(await shop.reconcile(['A'], true)).toEqual([{ outcome: 'STALE', sku: 'A' }])
    expect([tries, pauses.length]).toEqual([4, 3])
    expect(await shop.count('A')).toBe(9)
  })

  test('a SKU that Redis does not have is left to the next cart', async () => {
    const shop = await openShop(servers, { A: 10 })
    expect(await shop.reconcile(['A'], true)).toEqual([{ outcome: 'MISS', sku: 'A' }])
  })
})
