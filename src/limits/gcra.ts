/**
 * The generic cell rate algorithm as arithmetic: the same, operation for operation, as `src/redis/scripts/gcra.lua`,
 * for the time in which Redis does not answer. `test/integration/gcra-contract.test.ts` holds both to one suite.
 */

/** `limit` tokens come back in each period; at most `burst` can be taken at once. */
export type Rate = { readonly limit: number; readonly periodMs: number; readonly burst: number }

/** `retryAfterMs`: when the same would be allowed, if nobody else takes any. */
export type Verdict =
  | { readonly outcome: 'allowed'; readonly remaining: number; readonly retryAfterMs: 0 }
  | { readonly outcome: 'limited'; readonly remaining: 0; readonly retryAfterMs: number }

/** A bucket is one number: the theoretical arrival time of the next token, ms; null for a full bucket. */
export type Taken = { readonly verdict: Verdict; readonly arrivalMs: number | null }

/**
 * Take `cost` tokens, or learn how long to wait; a refusal leaves the bucket as it was.
 * @param rate limit > 0, period > 0, burst an integer >= 1
 * @param cost integer, 1..burst
 * @param arrivalMs the bucket, on the clock of `nowMs`
 * Source: ITU-T I.371, virtual scheduling form.
 */
export function takeTokens(rate: Rate, cost: number, nowMs: number, arrivalMs: number | null): Taken {
  const interval = rate.periodMs / rate.limit
  const arrival = Math.max(arrivalMs ?? nowMs, nowMs)
  const next = arrival + interval * cost
  const allowedAt = next - interval * rate.burst
  if (allowedAt > nowMs) {
    const retryAfterMs = Math.ceil(allowedAt - nowMs)
    return { verdict: { outcome: 'limited', remaining: 0, retryAfterMs }, arrivalMs }
  }
  const remaining = Math.floor((nowMs - allowedAt) / interval)
  return { verdict: { outcome: 'allowed', remaining, retryAfterMs: 0 }, arrivalMs: next }
}

/** The part of one process when `instances` have to keep a limit without asking each other; at least one a period. */
export function shareOf(rate: Rate, instances: number): Rate {
  return {
    limit: Math.max(1, rate.limit / instances),
    periodMs: rate.periodMs,
    burst: Math.max(1, Math.floor(rate.burst / instances)),
  }
}
