/**
 * What every request leaves behind: a request id, one access line, one measured duration, and the headers that
 * every reply carries. The outermost middleware, so nothing is answered without it.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { faultFields, requestIdOf, writeAccess } from './access.ts'
import type { AppEnv } from './context.ts'
import { API_HEADERS } from './security-headers.ts'

export type ObserveOptions = {
  readonly logger: Logger
  readonly metrics: Metrics
  /** Monotonic clock, ms. */
  readonly clock: () => number
  /** A fresh request id. */
  readonly newRequestId: () => string
  readonly isDraining: () => boolean
}

/** Suggest asks at each key stroke: one line in so many of its good answers. */
const SUGGEST_LINES_EVERY = 100
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

export function observeRequests(options: ObserveOptions): MiddlewareHandler<AppEnv> {
  let suggests = 0
  const isLogged = (c: Context<AppEnv>) => {
    const routeClass = c.get('routeClass')
    if (routeClass === 'probe') return c.res.status >= 500 // a probe each second would be most of the log
    if (c.get('problem')?.name === 'overloaded') return false // counted: lines about them would add to the load
    if (routeClass !== 'suggest' || !c.res.ok) return true
    suggests += 1
    return suggests % SUGGEST_LINES_EVERY === 1
  }
  return async function observe(c, next) {
    const startedAt = options.clock()
    const requestId = requestIdOf(c.req.header('x-request-id'), options.newRequestId)
    c.set('requestId', requestId)
    await next()
    const ms = options.clock() - startedAt
    finishReply(c, requestId, options.isDraining())
    if (c.env?.load) return // the cache answers for it
    const route = routeLabel(c)
    const method = METHODS.has(c.req.method) ? c.req.method : 'other'
    options.metrics.observe('http_request_duration_seconds', ms / 1_000, {
      route,
      method,
      status: String(c.res.status),
    })
    if (isLogged(c)) {
      const { status } = c.res
      const fault = faultFields(c.get('problem') ?? null, status)
      writeAccess(options.logger, { request_id: requestId, route, method, status, ms, ...fault })
    }
  }
}

function finishReply(c: Context<AppEnv>, requestId: string, isDraining: boolean): void {
  const headers = c.res.headers
  headers.set('x-request-id', requestId)
  if (isDraining) headers.set('connection', 'close')
  for (const [name, value] of Object.entries(API_HEADERS)) {
    if (!headers.has(name)) headers.set(name, value)
  }
}

/** The path of the route with its parameters unfilled: a closed set. */
function routeLabel(c: Context<AppEnv>): string {
  const path = routePath(c, -1)
  return path === '/*' || path === '*' ? 'none' : path
}
