/** One look at the gate for a person: every SKU, or some, against Postgres, under traffic. */
import { walkSkus } from '../postgres/inv/changed-skus.ts'
import { type DriftRow, recordDrift } from '../postgres/inv/drift.ts'
import { compareCodePoints } from './lines.ts'
import { type Finding, reconcile } from './reconcile.ts'
import { type ComparingParts, driftOf, reconcileParts } from './reconcile-in-postgres.ts'

export type StockComparison = {
  /** SKUs that the gate has, and that were compared. */
  readonly compared: number
  /** SKUs that the gate has not loaded: the next cart does. */
  readonly not_loaded: number
  /** By sku, code points. */
  readonly drift: readonly DriftRow[]
  /** SKUs that changed faster than they could be compared. */
  readonly busy: readonly string[]
  /** SKUs for which Redis gave no answer. */
  readonly unanswered: readonly string[]
}

export type CompareOptions = {
  /** null: all of them. SKUs without stock rows are left out. */
  readonly skus: readonly string[] | null
  /** Set the counts of the gate and keep the findings for people; else only look. */
  readonly isFix: boolean
  readonly signal: AbortSignal
  /** @param done SKUs that were looked at */
  readonly onPage?: (done: number) => void
}

const SKUS_A_PAGE = 1_000
/** A SKU that is sold faster than a snapshot is read gets so many more chances, each of four snapshots. */
const CHANCES = 3

/**
 * @throws what Postgres throws; the reason of the signal between two pages
 */
export async function compareStock(parts: ComparingParts, options: CompareOptions): Promise<StockComparison> {
  const { isFix, signal, onPage } = options
  const comparing = reconcileParts(parts)
  const findings = { compared: 0, not_loaded: 0, drift: [] as DriftRow[], unanswered: [] as string[] }
  let [busy, done]: [string[], number] = [[], 0]
  const look = async (skus: readonly string[]) => {
    signal.throwIfAborted()
    const found = await reconcile(comparing, skus, isFix)
    findings.compared += of(found, 'COMPARED').length
    findings.not_loaded += of(found, 'MISS').length
    findings.drift.push(...driftOf(found))
    findings.unanswered.push(...of(found, 'UNKNOWN'))
    return of(found, 'STALE')
  }
  for await (const page of options.skus === null ? walkSkus(parts.pool, SKUS_A_PAGE) : [options.skus]) {
    busy.push(...(await look(page)))
    done += page.length
    onPage?.(done)
  }
  for (let chance = 0; busy.length > 0 && chance < CHANCES; chance += 1) busy = await look(busy)
  const drift = findings.drift.toSorted((a, b) => compareCodePoints(a.sku, b.sku))
  if (isFix && drift.length > 0) await recordDrift(parts.pool, parts.newRun(), drift)
  return { ...findings, drift, busy }
}

function of(findings: readonly Finding[], outcome: Finding['outcome']): string[] {
  return findings.filter((finding) => finding.outcome === outcome).map(({ sku }) => sku)
}
