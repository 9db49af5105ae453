/** When an entry becomes due: lifetimes with jitter, and the chance of an early refresh. Pure. */

/** Lifetimes of one family of answers, ms. */
export type Lifetimes = {
  /** Until a load is due although nothing was invalidated. */
  readonly soft_ms: number
  /** The same for an empty result. */
  readonly empty_ms: number
  /** How long after `soft_ms` an answer may stand in while loading fails. */
  readonly grace_ms: number
}

/** Cache design, section 5. */
export const LIFETIMES = {
  suggest: { soft_ms: 60_000, empty_ms: 10_000, grace_ms: 60_000 },
  search: { soft_ms: 30_000, empty_ms: 10_000, grace_ms: 60_000 },
  item: { soft_ms: 120_000, empty_ms: 10_000, grace_ms: 60_000 },
} as const satisfies Record<string, Lifetimes>

export type Family = keyof typeof LIFETIMES

/** A lifetime between 0.9 and 1.1 of itself, so that what was filled together does not expire together. */
export function jittered(ms: number, random: number): number {
  return ms * (0.9 + 0.2 * random)
}

/**
 * Whether this access should refresh early.
 * @param remainingMs until the soft expiry
 * @param loadMs how long the last load took
 * @param random uniform in (0, 1]
 * Source: XFetch with beta 1, Vattani, Chierichetti, Lowenstein, PVLDB 8(8) 2015, doi:10.14778/2757807.2757813.
 */
export function isRefreshDue(remainingMs: number, loadMs: number, random: number): boolean {
  return -loadMs * Math.log(random) >= remainingMs
}
