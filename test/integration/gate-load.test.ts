/** T15: reconcile in the middle of a sale. Shoppers, holds that end, and messages that are late and come twice. */
import { beforeAll, expect, test } from 'vitest'
import type { Finding } from '../../src/orders/reconcile.ts'
import { cartOf, type GateServers } from '../support/gate-fixture.ts'
import { openShop, type Shop } from '../support/gate-shop.ts'
import { randomBy } from '../support/random.ts'
import { useRedisServer } from '../support/redis-server.ts'
import { chooseSeed } from '../support/seed.ts'
import { waitFor } from '../support/wait-for.ts'

/** C, D and E sell out again and again. A and B have units enough for what is planted, and not every cart wants them:
 * each commit makes the snapshots before it stale. */
const UNITS = { A: 100_000, B: 100_000, C: 20, D: 20, E: 20 }
const PLANTED = new Set(['A', 'B'])
const SKUS = Object.keys(UNITS)
const SHOPPERS = 24
const CARTS_MIN = 1_500
const PASSES_MIN = 30
const EVERY_MS = 50
const SENT_TWICE = 0.1
const SOLD = 0.02

let servers: GateServers
beforeAll(async () => {
  servers = { urls: [(await useRedisServer()).url], isCluster: false }
})

class Sale {
  readonly shop: Shop
  carts = 0
  passes = 0
  /** Admitted carts that the truth had no units for. */
  refused = 0
  /** Findings with a drift. */
  readonly drifts: Finding[] = []
  readonly #random: () => number
  readonly #stop = new AbortController()
  readonly #messages = new Set<Promise<unknown>>()
  readonly #work: Promise<void>[]

  constructor(shop: Shop, random: () => number) {
    this.shop = shop
    this.#random = random
    const shoppers = Array.from({ length: SHOPPERS }, (_, who) => this.#shop(who))
    this.#work = [...shoppers, this.#endHolds(), this.#reconcile()]
  }

  /** Everybody stops, and what is under way arrives. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#work)
    while (this.#messages.size > 0) await Promise.all(this.#messages)
  }

  async #shop(who: number): Promise<void> {
    const { gate, truth } = this.shop
    while (!this.#stop.signal.aborted) {
      const cart = cartOf(`h${who}-${this.carts++}`, this.#wishes())
      if ((await gate.gate.admit(cart)).outcome !== 'OK') continue
      await sometime(this.#random)
      const hold = truth.reserve(cart.id, cart.lines)
      if (hold.state === 'VOID') this.refused += 1
      this.#send(() =>
        hold.state === 'VOID' ? gate.gate.abort(cart.id, cart.lines) : gate.gate.settle(cart.id, hold.lines),
      )
    }
  }

  #wishes(): Record<string, number> {
    const skus = SKUS.filter((sku) => this.#random() < (PLANTED.has(sku) ? 0.05 : 0.4))
    const wanted = skus.length > 0 ? skus : ['C']
    return Object.fromEntries(wanted.map((sku) => [sku, 1 + Math.floor(this.#random() * 3)]))
  }

  async #endHolds(): Promise<void> {
    const { gate, truth } = this.shop
    while (!this.#stop.signal.aborted) {
      await sometime(this.#random)
      const active = [...truth.holds].filter(([, { state }]) => state === 'ACTIVE').slice(-40, -36)
      for (const [id] of active) {
        const changes = truth.end(id, this.#random() < SOLD)
        for (const change of changes) this.#send(() => gate.stock.delta(change))
      }
    }
  }

  async #reconcile(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const [found] = await Promise.all([this.shop.reconcile(SKUS, true), pause(EVERY_MS)])
      this.drifts.push(...found.filter((finding) => finding.outcome === 'COMPARED' && finding.drift !== 0))
      this.passes += 1
    }
  }

  #send(message: () => Promise<unknown>): void {
    for (let copies = this.#random() < SENT_TWICE ? 2 : 1; copies > 0; copies--) {
      const sent = sometime(this.#random).then(message)
      this.#messages.add(sent)
      void sent.finally(() => this.#messages.delete(sent))
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A turn of the event loop, or as long as a message may be under way. */
function sometime(random: () => number): Promise<void> {
  return random() < 0.7 ? new Promise((resolve) => setImmediate(resolve)) : pause(random() * 30)
}

/** Its snapshots arrive late, and are refused then. */
async function openSale(): Promise<Sale> {
  const random = randomBy(chooseSeed('reconcile under load'))
  const shop = await openShop(servers, UNITS, {
    snapshot: async (skus) => {
      const taken = skus.map((sku) => shop.truth.snapshot(sku))
      await sometime(random)
      return taken
    },
    random,
    pause,
  })
  return new Sale(shop, random)
}

test('T15 reconcile under full load admits nobody too many and tells planted drift exactly', async () => {
  const sale = await openSale()
  const { shop } = sale
  await waitFor('the sale is on', () => sale.carts > CARTS_MIN / 2 && sale.passes > PASSES_MIN / 2)
  await Promise.all([shop.plant('A', 3), shop.plant('B', -2)])
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
  for (const sku of SKUS) expect(await shop.count(sku)).toBe(shop.truth.available(sku))
  expect(await shop.gate.metrics.text()).toMatch(/inv_reconcile_stale_total [1-9]/)
})
