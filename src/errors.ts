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
  'not-found': { status: 404, title: 'There is no such thing here', retry: false },
  'unknown-category': { status: 404, title: 'There is no such category', retry: false },
  'method-not-allowed': { status: 405, title: 'This path does not take this method', retry: false },
  'uri-too-long': { status: 414, title: 'The URL is too long', retry: false },
  'rate-limited': { status: 429, title: 'Too many requests in a short time from this address', retry: true },
  internal: { status: 500, title: 'Something failed on our side', retry: true },
  unavailable: { status: 503, title: 'A server that this answer needs is away', retry: true },
  overloaded: { status: 503, title: 'Too much to do at the moment', retry: true },
  'deadline-exceeded': { status: 504, title: 'The answer took longer than it may', retry: true },
} as const satisfies Record<string, ProblemRow>

export type ProblemName = keyof typeof PROBLEMS

/** One fault of one field of the request. `path` names the parameter. */
export type FieldFault = { readonly path: string; readonly message: string }

/** What may be added to a problem. */
export type ProblemFields = {
  readonly detail?: string
  readonly errors?: readonly FieldFault[]
  readonly retry_after_seconds?: number
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
