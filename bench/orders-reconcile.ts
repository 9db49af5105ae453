/**
 * One pass of reconcile over every SKU of a shop: what the gate is brought back with after a new epoch. At rest, and
 * while customers take units of a few of the SKUs as fast as one api process lets them.
 */
import { LRUCache } from 'lru-cache'
import { type Finding, reconcile } from '../src/orders/reconcile.ts'
import type { LastPass } from '../src/orders/reconcile-plan.ts'
import { readStockCounts } from '../src/postgres/inv/gate-facts.ts'
import { readLedgerChanges, readStockSnapshots } from '../src/postgres/inv/stock-snapshots.ts'
import type { Benchmark } from './benchmark.ts'
import { callForHolds, cartOf, customersOf, stockItems, UNLIMITED } from './customers.ts'
import { durabilityOf } from './durability.ts'
import { withGate } from './gate-of-place.ts'
import { type Place, withPlace } from './place.ts'
import { withProcess } from './processes.ts'
import { spreadOf } from './statistics.ts'

const SKUS = Array.from({ length: 10_000 }, (_, i) => `SKU-${i}`)
const UNITS = 1_000_000
/** Taken from meanwhile. */
const HOT = SKUS.slice(0, 10)
const CUSTOMERS = 32

export const ordersReconcile: Benchmark = {
  name: 'orders-reconcile',
  about: 'one pass of reconcile over 10,000 SKUs, at rest and under load',
  run: (setting) =>
    withPlace(setting, 'reconcile', async (place) => {
      await stockItems(place, SKUS, UNITS)
      await place.pool.query('vacuum analyze inv.sku, inv.stock')
      return await withGate(place, async ({ stock, metrics }) => {
        for (const count of await readStockCounts(place.pool, SKUS)) await stock.load(count)
        const parts = {
          stock,
          metrics,
          snapshot: (skus: readonly string[]) => readStockSnapshots(place.pool, skus),
          changes: (ranges: Parameters<typeof readLedgerChanges>[1]) => readLedgerChanges(place.pool, ranges),
          passes: new LRUCache<string, LastPass>({ max: SKUS.length }),
          random: Math.random,
          pause: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
        }
        const pass = async () => {
          const startedAt = performance.now()
          expectEqual(await reconcile(parts, SKUS, true))
          return (performance.now() - startedAt) / 1_000
        }
        await pass() // warms
        const atRest: number[] = []
        for (let round = 0; round < setting.rounds; round++) atRest.push(await pass())
        const pressed = await underLoad(place, pass)
        return {
          conditions: [
            `${SKUS.length} SKUs at one location, one process`,
            `under load: ${CUSTOMERS} customers take ${HOT.length} of the SKUs, ${Math.round(spreadOf(pressed.rates).median)} holds/s by one api process on the same machine`,
            await durabilityOf(place),
          ],
          figures: [
            {
              name: 'one pass under load',
              unit: 's',
              spread: spreadOf(pressed.times),
              target: { atMost: 2 },
            },
            { name: 'one pass at rest', unit: 's', spread: spreadOf(atRest), target: { atMost: 2 } },
          ],
        }
      })
    }),
}

/** Passes one after the other while customers call. @returns s of each pass, holds per second of each round */
async function underLoad(place: Place, pass: () => Promise<number>) {
  const { setting, env } = place
  const customers = await customersOf(place, CUSTOMERS)
  const times: number[] = []
  const rates: number[] = []
  await withProcess(setting, 'api', { ...env, ...UNLIMITED }, async ({ url }) => {
    for (let round = 0; round < setting.rounds; round++) {
      const bodies = HOT.map((sku) => cartOf(sku))
      const plan = { urls: [url], customers, bodies, isKeyed: true, connections: CUSTOMERS, calls: null }
      let isOver = false
      const calling = callForHolds(place, { ...plan, seconds: setting.seconds }).finally(() => {
        isOver = true
      })
      while (!isOver) times.push(await pass())
      const { statuses, seconds } = await calling
      rates.push((statuses[201] ?? 0) / seconds)
    }
  })
  return { times, rates }
}

/** @throws Error unless every SKU that nobody takes from was found as it is */
function expectEqual(findings: readonly Finding[]): void {
  const hot = new Set(HOT)
  const equal = findings.filter(
    (finding) => hot.has(finding.sku) || (finding.outcome === 'COMPARED' && finding.drift === 0),
  )
  if (equal.length !== SKUS.length)
    throw new Error(`${SKUS.length} equal counts expected, got ${equal.length}`)
}
