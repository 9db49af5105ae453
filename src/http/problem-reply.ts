/**
 * From anything thrown to one problem of the closed table, and from a problem to a reply (RFC 9457). The only
 * place that decides what a caller may read: messages of servers and drivers stay in the log.
 */
import type { z } from '@hono/zod-openapi'
import { HTTPException } from 'hono/http-exception'
import { type FieldFault, PROBLEMS, Problem, type ProblemName, problem } from '../errors.ts'
import { OrderingUnavailable } from '../orders/unavailable.ts'
import { type RefusalReason, SearchRefusal } from '../search/contract.ts'
import { SearchUnavailable } from '../search/unavailable.ts'

/** The client closed the connection; nobody reads the reply. */
export class ClientGone extends Error {
  constructor() {
    super('the client left before the reply')
    this.name = 'ClientGone'
  }
}

const RETRY_AFTER_SECONDS = 2
/** Until a Postgres that went away is back. */
export const ORDERING_RETRY_SECONDS = 5
const UNAUTHORIZED = 401
const BAD_REQUEST = 400

const REFUSALS: Readonly<Record<RefusalReason, ProblemName>> = {
  'unknown-category': 'unknown-category',
  'unknown-facet': 'unknown-facet',
  'bad-cursor': 'bad-cursor',
  'page-too-deep': 'page-too-deep',
  'query-too-long': 'query-too-long',
}

/** Anything thrown by a route as a problem. The cause is kept for the log. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  if (thrown instanceof SearchRefusal) {
    return problem(
      REFUSALS[thrown.reason],
      { detail: sentence(thrown.message), errors: [{ path: thrown.field, message: thrown.message }] },
      { cause: thrown },
    )
  }
  if (thrown instanceof HTTPException && thrown.status === BAD_REQUEST) {
    return problem('bad-request', { detail: 'The body is not JSON.' }, { cause: thrown })
  }
  if (thrown instanceof SearchUnavailable) {
    return problem('unavailable', { retry_after_seconds: RETRY_AFTER_SECONDS }, { cause: thrown })
  }
  if (thrown instanceof OrderingUnavailable) {
    return problem('ordering-unavailable', { retry_after_seconds: ORDERING_RETRY_SECONDS }, { cause: thrown })
  }
  return problem('internal', {}, { cause: thrown })
}

/** Faults of parameters as zod reports them, one per field and reason. */
export function problemOfIssues(issues: readonly z.core.$ZodIssue[], known: readonly string[]): Problem {
  const errors = issues.flatMap((issue) => faultsOf(issue, known))
  const name = issues.map(problemNameOf).find((found) => found !== null) ?? 'bad-request'
  return problem(name, { detail: errors.map((e) => `${e.path} ${e.message}`).join('; '), errors })
}

/** The JSON body of a problem. */
export function problemBody(given: Problem, requestId: string): Record<string, unknown> {
  const row = PROBLEMS[given.type]
  return {
    type: `/problems/${given.type}`,
    title: row.title,
    status: row.status,
    detail: given.fields.detail ?? row.title,
    request_id: requestId,
    ...(given.fields.errors ? { errors: given.fields.errors } : {}),
    ...given.fields.members,
  }
}

/** Headers that belong to a problem, beside the content type. */
export function problemHeaders(given: Problem): Record<string, string> {
  const retry = given.fields.retry_after_seconds ?? (given.status === 503 ? RETRY_AFTER_SECONDS : null)
  return {
    ...given.fields.headers,
    'cache-control': 'no-store',
    ...(retry === null ? {} : { 'retry-after': String(retry) }),
    ...(given.status === UNAUTHORIZED ? { 'www-authenticate': 'Bearer' } : {}),
  }
}

/** Unknown names are reported one by one; zod gives them as one issue of the whole object. */
function faultsOf(issue: z.core.$ZodIssue, known: readonly string[]): FieldFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((path) => ({
      path: path.slice(0, 64),
      message: `is not a parameter here; known: ${known.join(', ') || 'none'}`,
    }))
  }
  return [{ path: issue.path.join('.') || 'request', message: issue.message }]
}

function problemNameOf(issue: z.core.$ZodIssue): ProblemName | null {
  const named = issue.code === 'custom' ? issue.params?.['problem'] : undefined
  return named === 'query-too-long' ? named : null
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`
}
