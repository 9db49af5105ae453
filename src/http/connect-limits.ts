/** Limits per client with their connection to Redis, counted there for all processes together. */
import { type ConnectLimiterOptions, connectLimiter } from '../limits/connect-limiter.ts'
import { createRateLimits, type RateLimits, type RateLimitsParts } from './rate-limits.ts'

export type ConnectLimitsOptions = ConnectLimiterOptions & Omit<RateLimitsParts, 'limiter'>

/** @returns the limits, and what ends them and their connection */
export function connectLimits(options: ConnectLimitsOptions): { limits: RateLimits; close: () => void } {
  const { limiter, close } = connectLimiter(options)
  return { limits: createRateLimits({ ...options, limiter }), close }
}
