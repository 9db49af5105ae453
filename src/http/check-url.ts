/** Middleware of every app: a target that no route could make sense of is refused before any route sees it. */
import type { MiddlewareHandler } from 'hono'
import type { AppEnv } from './context.ts'
import { urlFault } from './url.ts'

export const checkUrl: MiddlewareHandler<AppEnv> = async function checkUrl(c, next) {
  const fault = urlFault(c.req.url)
  if (fault) throw fault
  await next()
}
