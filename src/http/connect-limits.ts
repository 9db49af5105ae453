/** Limits per client with their connection to Redis, counted there for all processes together. */
import { type ConnectLimiterOptions, connectLimiter } from '../limits/connect-limiter.ts'
import { type ActLimits, type ActLimitsParts, createActLimits } from './act-limits.ts'
import { createRateLimits, type RateLimits, type RateLimitsParts } from './rate-limits.ts'

export type ConnectLimitsOptions = ConnectLimiterOptions & Omit<RateLimitsParts & ActLimitsParts, 'limiter'>

export type ConnectedLimits = {
  /** Of reading, before the app. */
  readonly limits: RateLimits
  /** Of acting, in the app. */
  readonly acts: ActLimits
  readonly close: () => void
}

/** @returns the limits, and what ends them and their connection */
export function connectLimits(options: ConnectLimitsOptions): ConnectedLimits {
  const { limiter, close } = connectLimiter(options)
  const parts = { ...options, limiter }
  return { limits: createRateLimits(parts), acts: createActLimits(parts), close }
}
