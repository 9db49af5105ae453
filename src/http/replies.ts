/**
 * Replies other than the wished one: as a page for somebody with a browser, as problem+json for everybody
 * else. The one place where a thrown value becomes a reply.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { problemPage } from '../../web/pages/problem-page.ts'
import { PROBLEMS, type Problem, problem } from '../errors.ts'
import { CLIENT_GONE_STATUS } from './access.ts'
import type { AppEnv } from './context.ts'
import { ClientGone, problemBody, problemHeaders, problemOf } from './problem-reply.ts'
import type { ShopPages } from './shop.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** How an app tells a problem. */
type Tell = (c: Context<AppEnv>, given: Problem) => Response

/** Turn whatever a route threw into its reply. */
export function replyThrown(c: Context<AppEnv>, thrown: unknown, tell: Tell): Response {
  if (thrown instanceof ClientGone) return new Response(null, { status: CLIENT_GONE_STATUS })
  return tell(c, problemOf(thrown))
}

/**
 * No route for this path and method.
 * @param allowed methods that the path takes; empty: there is no such path
 */
export function replyNotFound(c: Context<AppEnv>, allowed: readonly string[], tell: Tell): Response {
  if (allowed.length === 0) return tell(c, problem('not-found'))
  const reply = tell(c, problem('method-not-allowed', { detail: `This path takes ${allowed.join(', ')}.` }))
  reply.headers.set('allow', allowed.join(', '))
  return reply
}

/** Methods that some route of this path takes. Middleware is registered for all methods and does not count. */
export function allowedMethods(app: OpenAPIHono<AppEnv>, path: string): string[] {
  const found: string[] = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  )
  return found.includes('GET') ? [...found, 'HEAD'] : found
}

/** As a page for somebody with a browser. */
export function replyProblem(c: Context<AppEnv>, given: Problem, shop: ShopPages): Response {
  if (wantsPage(c)) {
    c.set('problem', { name: given.type, cause: given.cause })
    const page = problemPage(shop.view, {
      status: given.status,
      title: PROBLEMS[given.type].title,
      detail: given.fields.detail ?? null,
      requestId: c.get('requestId'),
    })
    return new Response(page, {
      status: given.status,
      headers: { ...problemHeaders(given), ...shop.headers },
    })
  }
  return problemAsJson(c, given)
}

/** For programs. */
export function problemAsJson(c: Context<AppEnv>, given: Problem): Response {
  c.set('problem', { name: given.type, cause: given.cause })
  const body = JSON.stringify(problemBody(given, c.get('requestId')))
  return new Response(body, {
    status: given.status,
    headers: { ...problemHeaders(given), 'content-type': 'application/problem+json' },
  })
}

function wantsPage(c: Context<AppEnv>): boolean {
  return !c.req.path.startsWith('/v1/') && (c.req.header('accept') ?? '').includes('text/html')
}
