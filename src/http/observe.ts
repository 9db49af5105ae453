/**
 * What every request leaves behind: a request id, one access line, one measured duration, and the headers that
 * every reply carries. The outermost middleware, so nothing is answered without it.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
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

/** From a proxy or a client: short and harmless in a log, or it is replaced. */
const REQUEST_ID = /^[A-Za-z0-9_-]{8,64}$/
/** Suggest asks at each key stroke: one line in so many of its good answers. */
const SUGGEST_LINES_EVERY = 100
/** Nginx's word for a reply that nobody waited for. */
const CLIENT_GONE_STATUS = 499
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
    const given = c.req.header('x-request-id')
    const requestId = given !== undefined && REQUEST_ID.test(given) ? given : options.newRequestId()
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
    if (isLogged(c)) writeLine(options.logger, c, { route, method, ms })
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

function writeLine(
  logger: Logger,
  c: Context<AppEnv>,
  fields: { readonly route: string; readonly method: string; readonly ms: number },
): void {
  const { status } = c.res
  const problem = c.get('problem')
  const line = {
    request_id: c.get('requestId'),
    route: fields.route,
    method: fields.method,
    status,
    ms: Math.round(fields.ms * 10) / 10,
    ...(problem ? { problem: problem.name } : {}),
    ...(problem && status >= 500 ? { err: problem.cause } : {}),
  }
  if (status >= 500 && problem?.name === 'internal') logger.error(line, 'request')
  else if (status >= 500 && status !== CLIENT_GONE_STATUS) logger.warn(line, 'request')
  else logger.info(line, 'request')
}
