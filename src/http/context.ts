/** What middleware leaves for the routes of one request. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Identity } from '../auth/token.ts'
import type { EntryKind } from '../cache/entry.ts'
import type { ProblemName } from '../errors.ts'
import type { RouteClass } from './classes.ts'

/** Given with a request that is made to fill the cache; a route that says nothing is not kept. */
export type Load = {
  tags: readonly string[] | null
  kind: EntryKind
  /** Longest life, ms; absent: that of its family. */
  maxAgeMs?: number
}

export type AppEnv = {
  Bindings: {
    /** Present when the request is made to fill the cache, which then measures and logs it itself. */
    load?: Load
    /** What the request came in, and its answer goes out with; absent in tests that ask without a port. */
    incoming?: IncomingMessage
    outgoing?: ServerResponse
  }
  Variables: {
    /** Echoed in `X-Request-Id`, in problems and in every log line of the request. */
    requestId: string
    /** Aborted when the client leaves, the class deadline passes or the process stops hard. */
    signal: AbortSignal
    /** Set by admission; absent where nothing was admitted. */
    routeClass: RouteClass | undefined
    /** Who asks; set where a route is not public. */
    identity: Identity
    /** Who asks for a page that strangers may open too; null: a stranger. */
    visitor: Identity | null
    /** What the reply tells, when it is a problem; `cause` is for the log alone. */
    problem: { readonly name: ProblemName; readonly cause: unknown } | undefined
  }
}
