/**
 * Ends admissions whose process has not ended them: it crashed, or its message to Redis got lost. Postgres decides what
 * each has become; an id that it does not know is closed by a VOID row first, so that a commit that comes late cannot
 * take units that were given back.
 *
 * | Postgres has | the gate is told |
 * |---|---|
 * | a hold, live or ended | settle; lines that the hold does not have give their units back |
 * | a VOID row | abort |
 * | nothing | VOID row, then as the row says: a commit may have been faster |
 */
import type { Metrics } from '../telemetry/metrics.ts'
import type { OverdueAdmission, SettledLine } from './admission.ts'
import type { Gate } from './gate.ts'
import type { GateStock } from './gate-stock.ts'

const IDS_MAX = 500

/** A row of `inv.hold` with the versions that took its units. */
export type DecidedHold = {
  readonly id: string
  readonly state: string
  readonly lines: readonly SettledLine[]
}

export type SweepAdmissionsParts = {
  readonly gate: Pick<Gate, 'settle' | 'abort'>
  readonly stock: Pick<GateStock, 'overdue'>
  /** Make ids that do not exist impossible to hold. */
  readonly voidHolds: (ids: readonly string[]) => Promise<unknown>
  /** Rows of these ids, from the primary. */
  readonly readHolds: (ids: readonly string[]) => Promise<readonly DecidedHold[]>
  readonly metrics: Metrics
  /** Age at which an admission is left behind, ms. */
  readonly overdueMs: number
}

export type SweptAdmissions = { readonly settled: number; readonly aborted: number }

/**
 * One pass over one slot of the gate, at most 500 admissions. Two sweepers at once do no harm.
 * @throws GateUnavailable, and what the statements throw
 */
export async function sweepAdmissions(parts: SweepAdmissionsParts, slot: number): Promise<SweptAdmissions> {
  const { oldestMs, admissions } = await parts.stock.overdue(slot, parts.overdueMs, IDS_MAX)
  parts.metrics.set('inv_tentative_age_seconds', oldestMs / 1_000, { slot: `${slot}` })
  if (admissions.length === 0) return { settled: 0, aborted: 0 }
  const ids = admissions.map(({ id }) => id)
  await parts.voidHolds(ids)
  const holds = new Map((await parts.readHolds(ids)).map((hold) => [hold.id, hold]))
  let [settled, aborted] = [0, 0]
  for (const admission of admissions) {
    const hold = holds.get(admission.id)
    if (!hold) continue // deleted a moment ago: the next pass makes its VOID row
    if (hold.state === 'VOID')
      aborted += (await parts.gate.abort(admission.id, admission.lines)) === null ? 0 : 1
    else settled += (await parts.gate.settle(admission.id, settledLines(admission, hold))) === null ? 0 : 1
  }
  return { settled, aborted }
}

function settledLines({ lines }: OverdueAdmission, hold: DecidedHold): SettledLine[] {
  const vers = new Map(hold.lines.map(({ sku, ver }) => [sku, ver]))
  return lines.map(({ sku }) => ({ sku, ver: vers.get(sku) ?? 0 }))
}
