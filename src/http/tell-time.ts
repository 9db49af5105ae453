/** `Aisle-Now` on every answer, good or not: a page counts down by it, not by the clock of the customer. */
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from './context.ts'

/** @param postgresNow the clock that decides expiry; null before its first word */
export function tellTime(postgresNow: () => Date | null): MiddlewareHandler<AppEnv> {
  return async function addTime(c, next) {
    await next()
    const now = postgresNow()
    if (now) c.res.headers.set('aisle-now', now.toISOString()) // `c.header` would make a stream of the body
  }
}
