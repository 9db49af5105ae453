/**
 * Classes of routes and the bounds that hold for each: how many requests a process answers at once and how
 * long an answer may take (operations design 4.2). Everything beyond a bound is refused, never queued: a queue
 * in front of a busy process only makes the answers that still come too late for everybody.
 */

export const ROUTE_CLASSES = [
  'suggest',
  'search',
  'item',
  'cart',
  'payment',
  'webhook',
  'session',
  'events',
  'admin',
  'probe',
] as const
export type RouteClass = (typeof ROUTE_CLASSES)[number]

/** Reading. Each has a level of load that stops it; carts, orders and sessions have none. */
export type ServedClass = Extract<RouteClass, 'suggest' | 'search' | 'item'>

/** `inFlight`: most requests at once, per process. `deadlineMs`: from admission to the reply, ms. */
export type ClassLimit = { readonly inFlight: number; readonly deadlineMs: number }
export type ClassLimits = Readonly<Record<RouteClass, ClassLimit>>

/** Probes ask no server, so a second is generous; the cap only bounds memory. */
const PROBE: ClassLimit = { inFlight: 1_000, deadlineMs: 1_000 }

/** Holds wait for a batch, and a batch for its locks; the 1,024 carts of the coalescer are the real bound. */
const CART: ClassLimit = { inFlight: 2_048, deadlineMs: 3_000 }
/** A shopper waits 10 s for the provider (orders/pay.ts), and HAProxy 15 s for us (deploy/haproxy.cfg, timeout server). */
const PAYMENT: ClassLimit = { inFlight: 256, deadlineMs: 14_000 }
/** Anybody can send one; they must not keep shoppers from paying. Answered within 2 s of being kept. */
const WEBHOOK: ClassLimit = { inFlight: 64, deadlineMs: 5_000 }
/** From the request to the head of the stream, which then lasts; see `stream-seats.ts`. */
const EVENTS: ClassLimit = { inFlight: 1_000, deadlineMs: 5_000 }
const SESSION: ClassLimit = { inFlight: 32, deadlineMs: 5_000 }
/** A few people, whose reports read much; on their own listener. */
const ADMIN: ClassLimit = { inFlight: 32, deadlineMs: 30_000 }

/**
 * Whether a request is about a cart, an order or who asks. Such are never refused for load: somebody has made up their mind
 * (operations design 4.3). Their own bounds are the only ones.
 */
export function isOrdering(target: string): boolean {
  return ORDERING.some((prefix) => target.startsWith(prefix))
}

const ORDERING = [
  ...['/v1/cart', '/v1/holds', '/v1/orders', '/v1/sessions', '/v1/webhooks'],
  ...['/cart', '/holds', '/checkout', '/orders'], // their pages
]

/** @param deadlines ms for each class that reaches a server */
export function classLimits(deadlines: Readonly<Record<ServedClass, number>>): ClassLimits {
  return {
    suggest: { inFlight: 64, deadlineMs: deadlines.suggest },
    search: { inFlight: 64, deadlineMs: deadlines.search },
    item: { inFlight: 128, deadlineMs: deadlines.item },
    cart: CART,
    payment: PAYMENT,
    webhook: WEBHOOK,
    session: SESSION,
    events: EVENTS,
    admin: ADMIN,
    probe: PROBE,
  }
}

/** How much more than one second's worth a client may ask for at once: a page opened in several tabs, quick typing. */
const BURST_SECONDS: Readonly<Record<ServedClass, number>> = { suggest: 2, search: 3, item: 3 }

/** @param perSecond requests of one client that memory does not answer */
export function classRates(
  perSecond: Readonly<Record<ServedClass, number>>,
): Readonly<Record<ServedClass, { limit: number; periodMs: number; burst: number }>> {
  const rate = (served: ServedClass) => ({
    limit: perSecond[served],
    periodMs: 1_000,
    burst: perSecond[served] * BURST_SECONDS[served],
  })
  return { suggest: rate('suggest'), search: rate('search'), item: rate('item') }
}

/**
 * The first that fits. Pages come without `/v1`. Event streams are none: each is bounded by its seat, and one that is
 * refused would ask for the same by polling.
 */
const PREFIXES: readonly (readonly [prefix: string, served: ServedClass | null])[] = [
  ['/v1/suggest', 'suggest'],
  ['/v1/items/', 'item'],
  ['/v1/inventory/stream', null],
  ['/v1/inventory', 'item'],
  ['/v1/', 'search'],
  ['/search', 'search'],
  ['/c/', 'search'],
  ['/categories', 'search'],
  ['/item/', 'item'],
]

/** The class of a reading request by its target alone, before anything is parsed; null: never refused by load level. */
export function servedClassOf(target: string): ServedClass | null {
  if (isOrdering(target)) return null
  for (const [prefix, served] of PREFIXES) if (target.startsWith(prefix)) return served
  return target === '/' || target.startsWith('/?') ? 'search' : null
}
