/** How long to wait before the next attempt: exponential with full jitter, so that many do not come at once. */

export type BackoffLimits = { readonly baseMs: number; readonly capMs: number }

/** Healed means right answers within 10 s of a server's return, so no pause is longer than 5 s. */
export const RECONNECT: BackoffLimits = { baseMs: 200, capMs: 5_000 }

/** Of a bulk that Elasticsearch refused. */
export const BULK_RETRY: BackoffLimits = { baseMs: 100, capMs: 5_000 }

/** Of a row that is committed and not visible yet: it becomes visible within a millisecond or so. */
export const NOT_VISIBLE: BackoffLimits = { baseMs: 2, capMs: 50 }

/**
 * @param attempt 1 for the first failure
 * @param random 0..1
 * @returns ms
 */
export function backoffMs(limits: BackoffLimits, attempt: number, random: number): number {
  const ceiling = Math.min(limits.capMs, limits.baseMs * 2 ** Math.min(30, attempt - 1))
  return ceiling * (0.1 + 0.9 * random)
}
