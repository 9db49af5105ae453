/**
 * Who asks: middleware for every route that is not public. It leaves the identity for the route, or answers why there is
 * none. Ownership is not decided here: statements carry the subject (`and customer = $2`), and what belongs to somebody
 * else does not exist (404).
 */
import type { Context, MiddlewareHandler } from 'hono'
import type { Guests } from '../auth/guest.ts'
import type { Identity, Role, Tokens, Verdict } from '../auth/token.ts'
import { Problem, problem } from '../errors.ts'
import type { Act, ActLimits } from './act-limits.ts'
import type { AppEnv } from './context.ts'
import { type CookieRules, cookieRules, isFromOwnPage, isUnsafe, tokensOf } from './credentials.ts'

/** Least that a route asks for; stated in the document as `x-access`. */
export type Access = Role

/** Roles that may. Staff has no cart. */
const MAY: Readonly<Record<Access, readonly Role[]>> = {
  guest: ['guest', 'customer'],
  customer: ['customer'],
  inventory: ['inventory', 'orders'],
  orders: ['orders'],
}

export type IdentityOptions = {
  readonly tokens: Tokens
  readonly guests: Guests
  /** Where browsers find the shop, or ''. */
  readonly publicUrl: string
  /** Of the cookie with the token; without it those of the shop. */
  readonly cookie?: CookieRules
  /** Unix time, seconds. */
  readonly now: () => number
  readonly acts: ActLimits
}

/** Middleware for the routes of one access. @param act what they do, where it is limited how often */
export type Identify = (access: Access, act?: Act) => MiddlewareHandler<AppEnv>

/** Middleware for pages that a stranger may open. */
export type Visit = MiddlewareHandler<AppEnv>

/** Who asks, and a token to put into the cookie. */
type Found = { readonly identity: Identity; readonly cookie: string | null }

/**
 * A browser without a token that changes something from a page of ours becomes a guest; a program has to ask for a
 * token first, so that a forgotten header does not make a guest with every call.
 */
export function createIdentify(options: IdentityOptions): Identify {
  const rules = rulesOf(options)
  return (access, act) =>
    async function identify(c, next) {
      const found = await find(options, rules, c, access)
      c.set('identity', found.identity)
      const headers = act === undefined ? {} : await options.acts.take(c, act, found.identity.subject)
      await next()
      // Not by `c.header`, which makes a stream of a body that is there already.
      for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value)
      if (found.cookie !== null) c.res.headers.append('set-cookie', setCookie(rules, found.cookie))
    }
}

/**
 * Middleware for pages that a stranger may open: `visitor` is who asks, or null. Somebody without a token is no fault
 * there, they have no cart yet.
 */
export function createVisit(options: IdentityOptions): Visit {
  const rules = rulesOf(options)
  return async function visit(c, next) {
    const found = await find(options, rules, c, 'guest').catch((thrown: unknown) => {
      if (thrown instanceof Problem && thrown.type === 'unauthorized') return null
      throw thrown
    })
    c.set('visitor', found?.identity ?? null)
    await next()
    if (found?.cookie) c.header('set-cookie', setCookie(rules, found.cookie), { append: true })
  }
}

const rulesOf = ({ cookie, publicUrl }: IdentityOptions): CookieRules => cookie ?? cookieRules(publicUrl)

/** @throws Problem unauthorized, forbidden, csrf, ambiguous-credentials, rate-limited */
async function find(
  options: IdentityOptions,
  rules: CookieRules,
  c: Context<AppEnv>,
  access: Access,
): Promise<Found> {
  const given = tokensOf(c, rules.name)
  const byCookie = given.cookie === null ? null : await options.tokens.verify(given.cookie)
  const found =
    given.bearer === null
      ? await fromBrowser(options, byCookie, {
          isOwnPage: isFromOwnPage(c, options.publicUrl),
          isUnsafe: isUnsafe(c.req.method),
          mayBegin: MAY[access].includes('guest'),
          takeGuest: () => options.acts.take(c, 'guest', null),
        })
      : { identity: fromBearer(await options.tokens.verify(given.bearer), byCookie), cookie: null }
  if (!MAY[access].includes(found.identity.role)) throw problem('forbidden')
  return found
}

/** @throws Problem unauthorized, ambiguous-credentials */
function fromBearer(bearer: Verdict, cookie: Verdict | null): Identity {
  if (bearer.outcome !== 'valid')
    throw problem('unauthorized', { detail: 'The access token is not valid any more.' })
  const isOther = cookie?.outcome === 'valid' && cookie.identity.subject !== bearer.identity.subject
  if (isOther) throw problem('ambiguous-credentials')
  return bearer.identity
}

type BrowserRequest = {
  readonly isOwnPage: boolean
  readonly isUnsafe: boolean
  /** Whether the route is for guests. */
  readonly mayBegin: boolean
  /** Count a new guest. @throws Problem rate-limited */
  readonly takeGuest: () => Promise<unknown>
}

/** @throws Problem unauthorized, csrf, rate-limited */
async function fromBrowser(
  { guests, now }: IdentityOptions,
  cookie: Verdict | null,
  { isOwnPage, isUnsafe: isChange, mayBegin, takeGuest }: BrowserRequest,
): Promise<Found> {
  if (cookie && cookie.outcome !== 'invalid' && isChange && !isOwnPage) throw problem('csrf')
  if (cookie?.outcome === 'valid' && !isHalfOver(cookie.identity, now())) {
    return { identity: cookie.identity, cookie: null }
  }
  const renewed = cookie && (await guests.renew(cookie))
  if (renewed) return { identity: renewed.identity, cookie: renewed.token }
  if (cookie?.outcome === 'valid') return { identity: cookie.identity, cookie: null }
  if (!mayBegin || !isChange || !isOwnPage) throw problem('unauthorized')
  await takeGuest()
  const begun = await guests.begin()
  return { identity: begun.identity, cookie: begun.token }
}

function isHalfOver({ issued_at, expires_at }: Identity, now: number): boolean {
  return now > (issued_at + expires_at) / 2
}

function setCookie({ name, attributes }: CookieRules, token: string): string {
  return `${name}=${token}; ${attributes}`
}
