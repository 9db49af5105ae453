/**
 * The body of a call: JSON, and not larger than any real one. Checked before it is parsed, and asked of browsers too:
 * a form of another site can send text/plain without asking us first, but not application/json.
 */
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { problem } from '../errors.ts'
import type { AppEnv } from './context.ts'

/** 100 lines of the longest skus need 20 kB. */
const BODY_MAX = 64 * 1_024

const countedBody: MiddlewareHandler<AppEnv> = bodyLimit({
  maxSize: BODY_MAX,
  onError: () => {
    throw problem('body-too-large')
  },
})

/** Of a body whose bytes count, whatever is in them. */
export const limitedBody: MiddlewareHandler<AppEnv> = async function limitBody(c, next) {
  const length = c.req.header('content-length')
  // A body without a length is counted as it comes, by a web stream, which costs more than a whole refusal.
  if (length === undefined || c.req.header('transfer-encoding') !== undefined)
    return await countedBody(c, next)
  if (Number(length) > BODY_MAX) throw problem('body-too-large')
  return await next()
}

/** Before every route that takes a body. */
export const jsonBody: MiddlewareHandler<AppEnv> = async function checkBody(c, next) {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw problem('unsupported-media-type')
  return await limitedBody(c, next)
}
