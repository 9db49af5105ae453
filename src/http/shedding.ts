/**
 * Refusal of what a busy process does not take on: decided by the path alone, answered with bytes made once, before
 * anything is parsed, routed or logged. Probes and files are never refused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PROBLEMS, problem } from '../errors.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { isOrdering, type RouteClass } from './classes.ts'
import type { LoadLevel } from './load-level.ts'
import { problemBody } from './problem-reply.ts'

export type Shedding = {
  readonly level: () => LoadLevel
  /** Answer with a refusal when the level says so. @returns false: go on with the request */
  refuses(request: IncomingMessage, response: ServerResponse): boolean
}

/** Level from which a class is refused (operations design 4.2). */
const STOPPED_AT: Readonly<Record<Exclude<RouteClass, 'probe' | 'cart' | 'session'>, LoadLevel>> = {
  suggest: 2,
  search: 3,
  item: 3,
}

/** The first that fits; what fits none is never refused. Pages come without `/v1`. */
const PREFIXES: readonly (readonly [prefix: string, routeClass: keyof typeof STOPPED_AT])[] = [
  ['/v1/suggest', 'suggest'],
  ['/v1/items/', 'item'],
  ['/v1/', 'search'],
  ['/search', 'search'],
  ['/c/', 'search'],
  ['/categories', 'search'],
  ['/item/', 'item'],
]

/** Retry-After, seconds: 1 to this, at random, so that all those refused do not come back together. */
const RETRY_MAX_SECONDS = 3

/** @param random uniform in [0, 1) */
export function createShedding(level: () => LoadLevel, metrics: Metrics, random: () => number): Shedding {
  const { status } = PROBLEMS.overloaded
  return {
    level,
    refuses(request, response) {
      const now = level()
      if (now < STOPPED_AT.suggest) return false
      const url = request.url ?? ''
      const routeClass = classOf(url)
      if (routeClass === null || now < STOPPED_AT[routeClass]) return false
      metrics.count('http_refused_total', { class: routeClass, reason: 'load' })
      const { headers, body } = url.startsWith('/v1/') ? FOR_PROGRAMS : FOR_PEOPLE
      const retry = String(1 + Math.floor(random() * RETRY_MAX_SECONDS))
      response.writeHead(status, { ...headers, 'retry-after': retry }).end(body)
      return true
    },
  }
}

function classOf(url: string): keyof typeof STOPPED_AT | null {
  if (isOrdering(url)) return null
  for (const [prefix, routeClass] of PREFIXES) if (url.startsWith(prefix)) return routeClass
  return url === '/' || url.startsWith('/?') ? 'search' : null
}

function constant(contentType: string, text: string) {
  const body = Buffer.from(text)
  const headers = {
    'content-type': contentType,
    'content-length': String(body.length),
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  }
  return { headers, body } as const
}

const FOR_PROGRAMS = constant(
  'application/problem+json',
  JSON.stringify(problemBody(problem('overloaded'), 'none')),
)
const FOR_PEOPLE = constant(
  'text/html; charset=utf-8',
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Please try again</title><h1>There are too many shoppers at the moment</h1>
<p>Please try again in a few seconds.</p></html>
`,
)
