/** A gate on a real Redis in front of a truth that answers at once: what a test needs to reconcile the two. */
import { LRUCache } from 'lru-cache'
import { type Finding, type LedgerRange, type ReconcileParts, reconcile } from '../../src/orders/reconcile.ts'
import type { LastPass, LedgerChange } from '../../src/orders/reconcile-plan.ts'
import { type SweepAdmissionsParts, sweepAdmissions } from '../../src/orders/sweep-admissions.ts'
import { StockTruth } from '../model/stock-truth.ts'
import { countsByHand, type GateServers, openGate, type TestGate } from './gate-fixture.ts'
import type { SaleTruth } from './gate-sale.ts'

let opened = 0

export type Shop = {
  readonly gate: TestGate
  readonly truth: StockTruth
  /** By hand, past the scripts. */
  plant(sku: string, units: number): Promise<void>
  count(sku: string): Promise<number>
  reconcile(skus: readonly string[], isFix: boolean): Promise<readonly Finding[]>
  /** End every admission that is left, as the truth has it. */
  sweep(): Promise<void>
  /** Age of every change in the ledger, ms. */
  ageMs: number
}

/** A gate in front of a truth that answers at once. @param commandTimeoutMs of the gate; generous without it */
export async function openShop(
  servers: GateServers,
  units: Readonly<Record<string, number>>,
  overrides: Partial<ReconcileParts> = {},
  commandTimeoutMs?: number,
): Promise<Shop> {
  opened += 1
  const prefix = `r${opened}:`
  const truth = new StockTruth(units)
  const readStock = (skus: readonly string[]) => Promise.resolve(skus.map((sku) => truth.snapshot(sku)))
  const patience = commandTimeoutMs === undefined ? {} : { commandTimeoutMs }
  const gate = await openGate({ servers, prefix, readStock, ...patience })
  const parts: ReconcileParts = {
    stock: gate.stock,
    snapshot: (skus) => Promise.resolve(skus.map((sku) => truth.snapshot(sku))),
    changes: (ranges) => Promise.resolve(ranges.flatMap((range) => changesOf(truth, range, shop.ageMs))),
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
    sweep: async () => {
      for (let slot = 0; slot < gate.slots; slot++) await sweepAdmissions(sweeping(gate, truth), slot)
    },
    ageMs: 0,
  }
  return shop
}

function sweeping(gate: TestGate, truth: StockTruth): SweepAdmissionsParts {
  return {
    ...gate,
    voidHolds: (ids) => Promise.resolve(ids.map((id) => truth.void(id))),
    readHolds: (ids) => Promise.resolve(ids.map((id) => ({ id, ...truth.void(id) }))),
    overdueMs: 0,
  }
}

function changesOf(
  { ledger }: StockTruth,
  { sku, after, upTo }: LedgerRange,
  age_ms: number,
): LedgerChange[] {
  return ledger
    .filter((change) => change.sku === sku && change.ver > after && change.ver <= upTo)
    .map(({ ver, units }) => ({ sku, ver, units, age_ms }))
}

/** The truth of a shop as a sale sees it. @param sold share of the holds that end and are sold */
export function saleTruthOf({ truth }: Shop, random: () => number, sold: number): SaleTruth {
  let ids = 0
  return {
    newId: () => `h${ids++}`,
    reserve: (id, lines) => {
      const hold = truth.reserve(id, lines)
      return Promise.resolve(hold.state === 'VOID' ? null : hold.lines)
    },
    endSome: () => {
      const active = [...truth.holds].filter(([, { state }]) => state === 'ACTIVE').slice(-40, -36)
      return Promise.resolve(active.flatMap(([id]) => truth.end(id, random() < sold)))
    },
  }
}
