/**
 * When an event that was delivered and not answered for is tried again. Redis counts the deliveries and the time
 * since the last one, so nothing about retries is kept in a process: one that is killed takes nothing with it.
 */

export type RetryPlan = {
  /** Pause after the 1st, 2nd, ... attempt, ms; the last one holds for all that follow. */
  readonly pausesMs: readonly number[]
  /** After so many attempts an event is given up. */
  readonly attempts: number
  /** Without an answer for this long a consumer is taken for dead, ms. */
  readonly claimMs: number
}

export const RETRY_PLAN: RetryPlan = {
  pausesMs: [1_000, 5_000, 30_000, 120_000, 600_000],
  attempts: 8,
  claimMs: 60_000,
}

export type Delivered = {
  readonly attempts: number
  /** Since the last delivery, ms. */
  readonly idleMs: number
  /** Whether it was delivered to the one who asks, who is not at work on it. */
  readonly isOwn: boolean
}

/** How long after its last delivery an event may be claimed, ms. */
export function claimAfterMs({ attempts, isOwn }: Omit<Delivered, 'idleMs'>, plan: RetryPlan): number {
  const pauseMs = plan.pausesMs[Math.min(attempts, plan.pausesMs.length) - 1] ?? 0
  return isOwn ? pauseMs : Math.max(pauseMs, plan.claimMs)
}

export function isDue(delivered: Delivered, plan: RetryPlan): boolean {
  return delivered.idleMs >= claimAfterMs(delivered, plan)
}
