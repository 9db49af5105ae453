/**
 * What a difference between Redis and Postgres means. Reconcile sets the count either way; this tells whether there
 * was a drift at all, and where it came from.
 *
 * R4 expected = available - units of admissions that the snapshot does not contain; drift = count - expected.
 * R5 A delta counts only above `rv`, and once. So a change that the snapshot contains and whose delta is still under
 *    way is no drift: its units are added to the count before the two are compared.
 */

export const DRIFT_CAUSES = ['failover', 'lost_settle', 'lost_delta', 'manual', 'unknown'] as const
/**
 * failover: the epoch has changed since the last pass. lost_settle: an admission was counted twice, for the snapshot
 * contains its hold. lost_delta: a change has not arrived in time. manual: nothing has happened to the SKU since the
 * last pass, and yet its count is another.
 */
export type DriftCause = (typeof DRIFT_CAUSES)[number]

/** A change of availability that reaches Redis as a delta: a row of the ledger of any kind but `hold`. */
export type LedgerChange = {
  readonly sku: string
  readonly ver: number
  /** Of availability, signed. */
  readonly units: number
  /** By the clock of Postgres, ms. */
  readonly age_ms: number
}

/** What the script has found, in the epoch it looked at; `ver` is the version of the snapshot. */
export type Compared = {
  readonly epoch: number
  readonly ver: number
  readonly before: number
  readonly expected: number
  readonly rv: number
  readonly pv: number
  /** Units of admissions that the snapshot contains. */
  readonly seen: number
  /** Versions above `rv` that came as deltas. */
  readonly applied: readonly number[]
}

/** How the last pass has left a SKU. */
export type LastPass = { readonly epoch: number; readonly rv: number; readonly pv: number }

/** `before`: the count with the changes under way. `cause` null: no drift. */
export type Judgment = {
  readonly before: number
  readonly expected: number
  readonly drift: number
  readonly cause: DriftCause | null
}

/**
 * @param changes of the SKU, at least those with `rv < ver <= version of the snapshot`
 * @param underWayMs a delta younger than this may still arrive
 * @param last null: the first pass
 */
export function judge(
  found: Compared,
  changes: readonly LedgerChange[],
  underWayMs: number,
  last: LastPass | null,
): Judgment {
  const applied = new Set(found.applied)
  const missing = changes.filter(({ ver }) => ver > found.rv && ver <= found.ver && !applied.has(ver))
  const underWay = missing.filter(({ age_ms }) => age_ms < underWayMs)
  const before = found.before + sum(underWay)
  const drift = before - found.expected
  const isDeltaLost = missing.some(({ units, age_ms }) => units !== 0 && age_ms >= underWayMs)
  return {
    before,
    expected: found.expected,
    drift,
    cause: drift === 0 ? null : causeOf(found, drift, isDeltaLost, last),
  }
}

function causeOf(found: Compared, drift: number, isDeltaLost: boolean, last: LastPass | null): DriftCause {
  if (last !== null && last.epoch !== found.epoch) return 'failover'
  if (drift < 0 && -drift <= found.seen) return 'lost_settle'
  if (isDeltaLost) return 'lost_delta'
  return last !== null && last.rv === found.rv && last.pv === found.pv ? 'manual' : 'unknown'
}

/** How a pass leaves a SKU: set to the snapshot, or as it was. */
export function passOf({ epoch, ver, rv, pv }: Compared, isFix: boolean): LastPass {
  return isFix ? { epoch, rv: ver, pv: ver } : { epoch, rv, pv }
}

function sum(changes: readonly LedgerChange[]): number {
  return changes.reduce((units, change) => units + change.units, 0)
}
