/** One pass of reconcile over every SKU of a shop: what the gate is brought back with after a new epoch. */
import { LRUCache } from 'lru-cache'
import { type Finding, reconcile } from '../src/orders/reconcile.ts'
import type { LastPass } from '../src/orders/reconcile-plan.ts'
import { readStockCounts } from '../src/postgres/inv/gate-facts.ts'
import { readLedgerChanges, readStockSnapshots } from '../src/postgres/inv/stock-snapshots.ts'
import type { Pool } from '../src/postgres/pool.ts'
import type { Benchmark } from './benchmark.ts'
import { withGate } from './gate-of-place.ts'
import { withPlace } from './place.ts'
import { spreadOf } from './statistics.ts'

const SKUS = Array.from({ length: 10_000 }, (_, i) => `SKU-${i}`)

export const ordersReconcile: Benchmark = {
  name: 'orders-reconcile',
  about: 'one pass of reconcile over 10,000 SKUs',
  run: (setting) =>
    withPlace(setting, 'reconcile', async (place) => {
      await receive(place.pool)
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
        const times: number[] = []
        for (let round = -1; round < setting.rounds; round++) {
          const startedAt = performance.now()
          expectAll(await reconcile(parts, SKUS, true))
          if (round >= 0) times.push((performance.now() - startedAt) / 1_000) // the first round warms
        }
        return {
          conditions: [`${SKUS.length} SKUs at one location, no traffic, one process`],
          figures: [{ name: 'one pass', unit: 's', spread: spreadOf(times), target: { atMost: 2 } }],
        }
      })
    }),
}

async function receive(pool: Pool): Promise<void> {
  await pool.query(
    `select from inv.receive($1::text[], array_fill(1::smallint, array[$2::integer]),
                             array_fill(100, array[$2::integer]), 'bench', null)`,
    [SKUS, SKUS.length],
  )
  await pool.query('vacuum analyze inv.sku, inv.stock')
}

function expectAll(findings: readonly Finding[]): void {
  const equal = findings.filter((finding) => finding.outcome === 'COMPARED' && finding.drift === 0)
  if (equal.length !== SKUS.length)
    throw new Error(`${SKUS.length} equal counts expected, got ${equal.length}`)
}
