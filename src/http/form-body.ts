/**
 * The body of a form of our own pages. Another site can send such a body too, without asking us first; that it does not
 * come from one `identify` has made sure of, which every route with a form has to stand behind.
 */
import type { Context, MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { problem } from '../errors.ts'
import type { AppEnv } from './context.ts'

/** 100 lines of the longest skus, each letter as three, need 70 kB. */
const BODY_MAX = 128 * 1_024

const limit = bodyLimit({
  maxSize: BODY_MAX,
  onError: () => {
    throw problem('body-too-large')
  },
})

/** Before every route that takes a form. */
export const formBody: MiddlewareHandler<AppEnv> = async function checkForm(c, next) {
  const type = c.req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw problem('unsupported-media-type', { detail: 'The body has to be a form.' })
  }
  return await limit(c, next)
}

/** The fields as sent, names may repeat. */
export async function fieldsOf(c: Context<AppEnv>): Promise<URLSearchParams> {
  return new URLSearchParams(await c.req.text())
}
