/**
 * I12: at rest the gate counts what Postgres has for every SKU that it has loaded, and nothing is tentative. Asked under
 * traffic it leaves out what is under way: changes of the last 5 s, and admissions of the last 10 s.
 */
import { compareStock, type StockComparison } from './compare-stock.ts'
import type { OpenGate } from './create-gate.ts'
import type { ComparingParts } from './reconcile-in-postgres.ts'

export type GateBreach = {
  readonly invariant: 'I12'
  readonly what: string
  readonly row: Readonly<Record<string, unknown>>
}

export type GateVerified = Pick<StockComparison, 'busy' | 'unanswered'> & {
  readonly breaches: readonly GateBreach[]
}

/** The worker ends admissions at 5 s; twice that is for one that is doing it. */
const LEFT_BEHIND_MS = 10_000
const ADMISSIONS_MAX = 100

/** @throws what Postgres throws; GateUnavailable; the reason of the signal */
export async function verifyGate(
  parts: ComparingParts & { readonly open: Pick<OpenGate, 'slots' | 'stock'> },
  signal: AbortSignal,
): Promise<GateVerified> {
  const { drift, busy, unanswered } = await compareStock(parts, { skus: null, isFix: false, signal })
  const breaches: GateBreach[] = drift.map(({ sku, before, expected }) => ({
    invariant: 'I12',
    what: 'a count of Redis is not what Postgres has',
    row: { sku, count: before, expected },
  }))
  for (let slot = 0; slot < parts.open.slots; slot += 1) {
    const { admissions } = await parts.open.stock.overdue(slot, LEFT_BEHIND_MS, ADMISSIONS_MAX)
    for (const { id, lines } of admissions) {
      breaches.push({ invariant: 'I12', what: 'an admission that nobody has ended', row: { id, lines } })
    }
  }
  return { breaches, busy, unanswered }
}
