/** A gate on a real Redis in front of a truth that answers at once: what a test needs to reconcile the two. */
import { LRUCache } from 'lru-cache'
import { type Finding, type ReconcileParts, reconcile } from '../../src/orders/reconcile.ts'
import type { LastPass } from '../../src/orders/reconcile-plan.ts'
import { StockTruth } from '../model/stock-truth.ts'
import { countsByHand, type GateServers, openGate, type TestGate } from './gate-fixture.ts'

let opened = 0

export type Shop = {
  readonly gate: TestGate
  readonly truth: StockTruth
  /** By hand, past the scripts. */
  plant(sku: string, units: number): Promise<void>
  count(sku: string): Promise<number>
  reconcile(skus: readonly string[], isFix: boolean): Promise<readonly Finding[]>
  /** Age of every change in the ledger, ms. */
  ageMs: number
}

/** A gate in front of a truth that answers at once. */
export async function openShop(
  servers: GateServers,
  units: Readonly<Record<string, number>>,
  overrides: Partial<ReconcileParts> = {},
): Promise<Shop> {
  opened += 1
  const prefix = `r${opened}:`
  const truth = new StockTruth(units)
  const readStock = (skus: readonly string[]) => Promise.resolve(skus.map((sku) => truth.snapshot(sku)))
  const gate = await openGate({ servers, prefix, readStock })
  const parts: ReconcileParts = {
    stock: gate.stock,
    snapshot: (skus) => Promise.resolve(skus.map((sku) => truth.snapshot(sku))),
    changes: (sku, after, upTo) => Promise.resolve(changesOf(truth, sku, after, upTo, shop.ageMs)),
    passes: new LRUCache<string, LastPass>({ max: 1_000 }),
    metrics: gate.metrics,
    random: () => 0.5,
    pause: () => Promise.resolve(),
    ...overrides,
  }
  const shop: Shop = {
    gate,
    truth,
    ...countsByHand(gate),
    reconcile: (skus, isFix) => reconcile(parts, skus, isFix),
    ageMs: 0,
  }
  return shop
}

function changesOf(truth: StockTruth, sku: string, after: number, upTo: number, age_ms: number) {
  return truth.ledger
    .filter((change) => change.sku === sku && change.ver > after && change.ver <= upTo)
    .map(({ ver, units }) => ({ ver, units, age_ms }))
}
