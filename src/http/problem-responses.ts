/** Problems as OpenAPI responses: one entry a status, one example a problem. */
import { z } from '@hono/zod-openapi'
import { PROBLEMS, type ProblemName } from '../errors.ts'

export const ProblemReply = z
  .strictObject({
    type: z.string().openapi({ example: '/problems/bad-request', description: 'A page that explains it' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    request_id: z.string(),
    errors: z
      .array(z.strictObject({ path: z.string().openapi({ example: 'page' }), message: z.string() }))
      .optional(),
    reason: z.string().optional().openapi({ description: 'Which of the cases of this problem' }),
    lines: z
      .array(z.strictObject({ sku: z.string(), requested: z.int(), available: z.int() }))
      .optional()
      .openapi({ description: 'Lines that could not be had in full' }),
    prices: z
      .array(z.strictObject({ sku: z.string(), expected: z.int(), now: z.int() }))
      .optional()
      .openapi({ description: 'Prices that are not the expected ones, minor units' }),
    limit: z.int().optional().openapi({ description: 'Units that one customer may have' }),
    used: z.int().optional().openapi({ description: 'Units that this customer has' }),
    queue: z.strictObject({ sku: z.string(), join: z.string() }).optional(),
    promises: z
      .array(
        z.strictObject({
          kind: z.enum(['hold', 'order']),
          id: z.uuid(),
          state: z.string(),
          qty: z.int(),
        }),
      )
      .optional()
      .openapi({ description: 'Holds and orders in the way of a change of stock' }),
  })
  .openapi('Problem')

/** Of a route that is not for everybody. */
export const OF_CALLER = ['unauthorized', 'forbidden', 'csrf', 'ambiguous-credentials'] as const

/** Of a change that has its effect once for its key, beside a key that is none. */
export const OF_KEYED_CHANGE = [
  'not-found',
  'wrong-state',
  'body-too-large',
  'unsupported-media-type',
  'idempotency-key-reused',
] as const

/** Any route that asks a server may give these. */
const OF_SERVERS = ['rate-limited', 'internal', 'unavailable', 'overloaded', 'deadline-exceeded'] as const

type ProblemResponse = {
  description: string
  content: { 'application/problem+json': { schema: typeof ProblemReply; examples: Record<string, unknown> } }
}

/**
 * @param names problems of the request that a route may answer with; those of the servers are added
 * @returns responses by status
 */
export function problemResponses(...names: readonly ProblemName[]): Record<number, ProblemResponse> {
  const responses: Record<number, ProblemResponse> = {}
  for (const name of [...names, ...OF_SERVERS]) {
    const { status, title } = PROBLEMS[name]
    const response = responses[status]
    const example = {
      value: { type: `/problems/${name}`, title, status, detail: title, request_id: 'made-by-proxy' },
    }
    if (response) {
      response.description += `; or: ${title}`
      response.content['application/problem+json'].examples[name] = example
    } else {
      responses[status] = {
        description: title,
        content: { 'application/problem+json': { schema: ProblemReply, examples: { [name]: example } } },
      }
    }
  }
  return responses
}
