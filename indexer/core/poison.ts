/**
 * When documents that cannot be written stop being single documents: a fault of the mapping, for which a person
 * is needed, because going on would empty the index one dead document at a time.
 */

export type PoisonGuard = {
  /** @param poisoned whether this write was refused for its content */
  record(poisoned: boolean): void
  /** More than MAX_DEAD in all, or more than 5 % of the last 1,000 writes. */
  readonly isFlood: boolean
}

export const MAX_DEAD = 1_000
const WINDOW = 1_000
const MAX_IN_WINDOW = WINDOW * 0.05

/** @param dead documents that are dead already */
export function createPoisonGuard(dead: number): PoisonGuard {
  const window = new Uint8Array(WINDOW)
  let at = 0
  let inWindow = 0
  let total = dead
  return {
    record(poisoned) {
      inWindow += (poisoned ? 1 : 0) - (window[at] ?? 0)
      window[at] = poisoned ? 1 : 0
      at = (at + 1) % WINDOW
      if (poisoned) total += 1
    },
    get isFlood() {
      return inWindow > MAX_IN_WINDOW || total > MAX_DEAD
    },
  }
}

/** What a person needs of a reason, without the value of the field: logs and dead letters hold no row values. */
export function withoutValues(reason: string): string {
  return reason.replace(/(Preview of field's value|For input string):.*$/s, '$1: ***').slice(0, 500)
}
