/** Many connections at once: no unit twice, no deadlock, no gap in a version. */
import { expect, test } from 'vitest'
import { expireDueHolds, releaseHolds } from '../../src/postgres/inv/holds.ts'
import { cancelOrderLines, shipOrderLines } from '../../src/postgres/inv/order-lines.ts'
import { readOrder } from '../../src/postgres/inv/orders.ts'
import { takePayment } from '../../src/postgres/inv/payments.ts'
import { adjustStock, receiveStock, transferStock } from '../../src/postgres/inv/stock.ts'
import { createPool } from '../../src/postgres/pool.ts'
import { useDatabase } from '../support/database.ts'
import { cartFor, openDesk } from '../support/order-desk.ts'
import { pick, randomBy } from '../support/random.ts'
import { chooseSeed } from '../support/seed.ts'
import { stockShop } from '../support/stocked-shop.ts'

const CONNECTIONS = 16
const database = await useDatabase('order_locks')
const pool = createPool({
  url: database.postgresUrl,
  applicationName: 'aisle-test-locks',
  size: CONNECTIONS,
  statementTimeoutMs: 60_000,
})
const desk = openDesk(pool)
const because = { reason: 'test', actor: 'test' }

test('I1: of 64 carts that want the last unit at once one gets it', async () => {
  await stockShop(pool, { 'last-unit': { units: 1 } })
  const answers: Awaited<ReturnType<typeof desk.reserve>> = []
  let waiting = 64
  const buyer = async () => {
    while (waiting-- > 0) answers.push(...(await desk.reserve(cartFor({ 'last-unit': 1 }))))
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, buyer)) // more callers would only wait for a connection
  const outcomes = answers.map((one) => (one.outcome === 'REFUSED' ? one.refusal.reason : one.outcome))
  expect(outcomes.filter((one) => one === 'OK')).toHaveLength(1)
  expect(outcomes.filter((one) => one === 'SOLD_OUT')).toHaveLength(63)
  expect(await desk.shelf('last-unit')).toMatchObject({ on_hand: 1, held: 1 })
})

test('I2, I3, I5, I11: 200 random changes of the same SKUs at once neither block each other nor lose a step', async () => {
  const random = randomBy(chooseSeed('order locks'))
  const skus = Array.from({ length: 6 }, (_, at) => `lock-${at}`)
  await pool.query(`insert into inv.location (loc, name) values (2, 'second')`)
  await stockShop(pool, Object.fromEntries(skus.map((sku) => [sku, { units: 60, limit: 40 }])))
  const some = () => {
    const chosen = skus.filter(() => random() < 0.5).sort(() => random() - 0.5) // in any order: SQL has to sort
    return Object.fromEntries(
      (chosen.length > 0 ? chosen : skus).map((sku) => [sku, 1 + Math.floor(random() * 2)]),
    )
  }
  const holds: string[] = []
  const orders: string[] = []
  const changes: Record<string, () => Promise<unknown>> = {
    hold: async () => {
      const carts = Array.from({ length: 1 + Math.floor(random() * 5) }, () =>
        cartFor(some(), { customer: `c${Math.floor(random() * 4)}`, allow_partial: random() < 0.3 }),
      )
      const answers = await desk.reserve(...carts)
      holds.push(...carts.filter((_, at) => answers[at]?.outcome === 'OK').map((cart) => cart.id))
    },
    release: () =>
      desk.within((tx) => releaseHolds(tx, takeSome(holds, random), { customer: null, actor: 'test' })),
    expire: async () => {
      for (const id of takeSome(holds, random)) await desk.age(id, 3_600)
      await desk.within((tx) => expireDueHolds(tx, 500))
    },
    buy: async () => {
      const id = takeSome(holds, random)[0]
      const payment = id ? await desk.pay(id).catch(() => null) : null
      if (!payment) return
      await desk.within((tx) => takePayment(tx, payment.id, payment))
      orders.push(payment.order_id)
    },
    cancel: async () => {
      const order_id = takeSome(orders, random)[0]
      if (order_id) await desk.within((tx) => cancelOrderLines(tx, { order_id, lines: null, actor: null }))
    },
    ship: async () => {
      const order = await readOrder(pool, takeSome(orders, random)[0] ?? crypto.randomUUID())
      if (!order) return
      const rest = { carrier: null, tracking: null, actor: null }
      await desk.within((tx) =>
        shipOrderLines(tx, { id: crypto.randomUUID(), order_id: order.id, lines: order.lines, ...rest }),
      )
    },
    receive: () =>
      desk.within((tx) =>
        receiveStock(
          tx,
          Object.entries(some()).map(([sku, qty]) => ({ sku, loc: 1, qty })),
          because,
        ),
      ),
    transfer: () =>
      desk.within((tx) => transferStock(tx, { sku: pick(random, skus), from: 1, to: 2, qty: 3 }, because)),
    adjust: () =>
      desk.within((tx) =>
        adjustStock(
          tx,
          { sku: pick(random, skus), loc: 1, d_on_hand: -4, release_holds: random() < 0.5 },
          because,
        ),
      ),
  }
  const names = Object.keys(changes)
  const weights = [...names, 'hold', 'hold', 'hold', 'release', 'buy', 'buy']
  let left = 200
  const worker = async () => {
    while (left-- > 0) await changes[pick(random, weights)]?.()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker)) // a deadlock (40P01) or a lock wait of 2 s (55P03) rejects
  const { rows } = await pool.query<{ kinds: number }>(
    `select count(distinct kind)::integer as kinds from inv.stock_ledger where sku like 'lock-%'`,
  )
  expect(rows[0]?.kinds).toBeGreaterThanOrEqual(6) // the mix has not run dry
  expect(await desk.breaches()).toEqual([])
  await pool.end()
})

/** Up to 3 of the list, taken out of it: no two changes at once mean the same. Some stay, and are meant twice. */
function takeSome(from: string[], random: () => number): string[] {
  const at = Math.floor(random() * from.length)
  return random() < 0.8 ? from.splice(at, 3) : from.slice(at, at + 3)
}
