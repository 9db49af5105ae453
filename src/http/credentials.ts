/**
 * Where a request carries its token, and whether a request with a cookie comes from a page of ours. A browser sends cookies
 * with whatever another site makes it send; a bearer token only our own code sends, so it needs no further proof.
 */
import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'

export type CookieRules = {
  readonly name: string
  /** Everything after the value. */
  readonly attributes: string
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/
/** As long as a guest may stay away; the token in it ends long before. */
const COOKIE_LIFE_S = 30 * 86_400

/**
 * @param publicUrl where browsers find the shop; '' for trying out on http
 * @returns the prefix `__Host-` binds the cookie to this host and to TLS; without TLS a browser would not keep it
 */
export function cookieRules(publicUrl: string): CookieRules {
  const isPlain = publicUrl === '' || isLoopbackHttp(new URL(publicUrl))
  const attributes = `HttpOnly; SameSite=Lax; Path=/; Max-Age=${COOKIE_LIFE_S}`
  return isPlain
    ? { name: 'aisle_at', attributes }
    : { name: '__Host-aisle_at', attributes: `${attributes}; Secure` }
}

function isLoopbackHttp({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && LOOPBACK.test(hostname)
}

/** Tokens of a request; null where there is none. `other`: an Authorization of another kind. */
export function tokensOf(c: Context, cookieName: string) {
  const authorization = c.req.header('authorization')
  const bearer = authorization === undefined ? null : /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
  return { bearer: bearer === undefined ? 'other' : bearer, cookie: getCookie(c, cookieName) ?? null }
}

/**
 * Whether a browser says that a page of this shop sent the request (or its user by hand).
 * @param publicUrl '' compares with the host that was asked
 */
export function isFromOwnPage(c: Context, publicUrl: string): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = c.req.header('origin')
  if (origin === undefined || !URL.canParse(origin)) return false
  if (publicUrl !== '') return origin === new URL(publicUrl).origin
  return new URL(origin).host === c.req.header('host')
}

/** Methods that change nothing need no such proof. */
export function isUnsafe(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}
