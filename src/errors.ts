/**
 * The closed table of problems that http may answer with (RFC 9457), and the one way to raise them.
 * A 5xx never carries an inner message: `detail` is written for the caller, `cause` is for the log.
 */

type ProblemRow = { readonly status: number; readonly title: string; readonly retry: boolean }

/** Name to status and title. `retry`: the same request may succeed later. */
export const PROBLEMS = {
  'bad-request': { status: 400, title: 'The request has parameters that cannot be used', retry: false },
  'bad-encoding': { status: 400, title: 'The URL is not validly percent-encoded', retry: false },
  'unknown-facet': { status: 400, title: 'There is no such facet', retry: false },
  'query-too-long': { status: 400, title: 'The query is too long', retry: false },
  'page-too-deep': { status: 400, title: 'Pages end at 10,000 items; continue with a cursor', retry: false },
  'bad-cursor': { status: 400, title: 'The cursor does not belong to this query', retry: false },
  'idempotency-key-invalid': {
    status: 400,
    title: 'Idempotency-Key is not a UUID of version 7',
    retry: false,
  },
  'bad-signature': { status: 400, title: 'The message is not signed as it has to be', retry: false },
  'ambiguous-credentials': { status: 400, title: 'Cookie and bearer token are of two people', retry: false },
  unauthorized: { status: 401, title: 'This needs a valid access token', retry: false },
  forbidden: { status: 403, title: 'This token does not allow that', retry: false },
  csrf: { status: 403, title: 'The request does not come from a page of this shop', retry: false },
  'not-found': { status: 404, title: 'There is no such thing here', retry: false },
  'unknown-category': { status: 404, title: 'There is no such category', retry: false },
  'method-not-allowed': { status: 405, title: 'This path does not take this method', retry: false },
  'not-available': { status: 409, title: 'Not enough stock', retry: false },
  'cart-full': { status: 409, title: 'A cart has room for 100 skus', retry: false },
  'price-changed': { status: 409, title: 'A price is not what was expected', retry: false },
  'wrong-state': { status: 409, title: 'That is not possible any more, or not yet', retry: false },
  'body-too-large': { status: 413, title: 'The body is too large', retry: false },
  'uri-too-long': { status: 414, title: 'The URL is too long', retry: false },
  'unsupported-media-type': { status: 415, title: 'The body has to be JSON', retry: false },
  'idempotency-key-reused': { status: 422, title: 'This key was used for another request', retry: false },
  'mixed-currency': { status: 422, title: 'The items are sold in different currencies', retry: false },
  'unknown-sku': { status: 422, title: 'There is no stock of this sku', retry: false },
  'not-for-sale': { status: 422, title: 'This item is not for sale', retry: false },
  'rate-limited': { status: 429, title: 'Too many requests in a short time', retry: true },
  'too-many-streams': { status: 429, title: 'This visitor has enough event streams', retry: true },
  internal: { status: 500, title: 'Something failed on our side', retry: true },
  unavailable: { status: 503, title: 'A server that this answer needs is away', retry: true },
  'ordering-unavailable': { status: 503, title: 'Orders cannot be taken at the moment', retry: true },
  overloaded: { status: 503, title: 'Too much to do at the moment', retry: true },
  'deadline-exceeded': { status: 504, title: 'The answer took longer than it may', retry: true },
} as const satisfies Record<string, ProblemRow>

export type ProblemName = keyof typeof PROBLEMS

/** One fault of one field of the request. `path` names the parameter. */
export type FieldFault = { readonly path: string; readonly message: string }

/** A line of a cart that could not be had in full; `available` is what may be told, >= 0. */
export type ShortLineField = { readonly sku: string; readonly requested: number; readonly available: number }

/** A price that is not the expected one, minor units. */
export type PriceField = { readonly sku: string; readonly expected: number; readonly now: number }

/** Units of a hold or an order. */
export type PromiseField = {
  readonly kind: 'hold' | 'order'
  readonly id: string
  readonly state: string
  readonly qty: number
}

/** Members of single problems in the body, as the order design lists them. */
export type ProblemMembers = {
  readonly reason?: string
  readonly lines?: readonly ShortLineField[]
  readonly prices?: readonly PriceField[]
  /** Units that one customer may have, and has. */
  readonly limit?: number
  readonly used?: number
  /** Where to wait for a sku. */
  readonly queue?: { readonly sku: string; readonly join: string }
  /** Holds and orders that a change of stock would leave without their units. */
  readonly promises?: readonly PromiseField[]
}

/** What may be added to a problem. */
export type ProblemFields = {
  readonly detail?: string
  readonly errors?: readonly FieldFault[]
  readonly retry_after_seconds?: number
  readonly members?: ProblemMembers
  /** Of the reply, beside those of every problem. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer other than the wished one, thrown by routes and turned into a reply in one place. */
export class Problem extends Error {
  readonly type: ProblemName
  readonly status: number
  readonly fields: ProblemFields
  constructor(type: ProblemName, fields: ProblemFields, options?: ErrorOptions) {
    super(fields.detail ?? PROBLEMS[type].title, options)
    this.name = 'Problem'
    this.type = type
    this.status = PROBLEMS[type].status
    this.fields = fields
  }
}

/** The only constructor of problems. */
export function problem(type: ProblemName, fields: ProblemFields = {}, options?: ErrorOptions): Problem {
  return new Problem(type, fields, options)
}

/** A stop with an exit code and a message for the person at the keyboard. */
export class ExitError extends Error {
  readonly exitCode: number
  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ExitError'
    this.exitCode = exitCode
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
