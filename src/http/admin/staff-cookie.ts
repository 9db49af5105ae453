/**
 * The cookie of somebody of the shop who has logged in on the pages of administration: their access token, for as long as
 * it is good. No other site can make a browser send it (SameSite=Strict), no script can read it.
 */
import type { CookieRules } from '../credentials.ts'

export const STAFF_COOKIE: CookieRules = {
  name: 'aisle_staff',
  attributes: 'HttpOnly; SameSite=Strict; Path=/admin',
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/

/**
 * @param host that was asked: only over TLS, but for this machine itself
 * @param seconds that the token is still good; 0 ends the cookie
 */
export function staffCookie(host: string, token: string, seconds: number): string {
  const secure = LOOPBACK.test(host) ? '' : '; Secure'
  return `${STAFF_COOKIE.name}=${token}; ${STAFF_COOKIE.attributes}; Max-Age=${seconds}${secure}`
}
