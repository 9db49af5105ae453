import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { edge } from '../../test/support/edge.ts'
import { bearerOf } from '../../test/support/identity.ts'
import { noHolds } from '../../test/support/no-holds.ts'
import { judgeBy, type OpenApi } from '../../test/support/openapi.ts'
import type { HoldOutcome } from '../orders/hold-answer.ts'
import type { HoldChange, HoldObstacle } from '../orders/own-holds.ts'
import type { RefusalReason } from '../orders/types.ts'
import { HOLD_EXAMPLE } from './hold-schemas.ts'

const authorization = await bearerOf('guest:1', 'guest')
const json = { authorization, 'content-type': 'application/json' }
const line = { sku: 'LAMP-7', requested: 2, available: 1 }
const judge = judgeBy((await (await edge().request('/openapi.json')).json()) as OpenApi)

/** The reply to a call whose outcome is given, judged by the document. */
async function replyTo(outcome: HoldOutcome, random = 0) {
  const holds = noHolds({
    place: () => Promise.resolve(outcome),
    random: () => random,
    postgresNow: () => new Date(0),
  })
  const body = JSON.stringify({ lines: [{ sku: 'LAMP-7', qty: 2 }] })
  const reply = await edge({ holds }).request('/v1/holds', { method: 'POST', headers: json, body })
  const answer = (await reply.json()) as Record<string, unknown>
  const type = reply.headers.get('content-type') ?? ''
  expect(judge('/v1/holds', reply.status, type, answer, 'post')).toEqual([])
  expect(reply.headers.get('aisle-now')).toBe('1970-01-01T00:00:00.000Z')
  return { status: reply.status, answer, headers: reply.headers }
}

describe('the reply to a call for a hold', () => {
  test.each([
    ['SOLD_OUT', 409, 'not-available'],
    ['PARTIAL', 409, 'not-available'],
    ['QUEUE', 409, 'not-available'],
    ['LIMIT', 409, 'not-available'],
    ['PRICE_CHANGED', 409, 'price-changed'],
    ['ABANDONED', 409, 'wrong-state'],
    ['UNKNOWN_SKU', 422, 'unknown-sku'],
    ['NOT_FOR_SALE', 422, 'not-for-sale'],
    ['MIXED_CURRENCY', 422, 'mixed-currency'],
  ] as const satisfies readonly (readonly [RefusalReason, number, string])[])(
    'that is refused for %s is a %i of its type',
    async (reason, status, type) => {
      const refusal = { reason, lines: [line], limit: 3, used: 2 }
      const replied = await replyTo({ outcome: 'refused', refusal, isReplay: true })
      expect([replied.status, replied.answer]).toMatchObject([
        status,
        { type: `/problems/${type}`, reason, lines: [line], limit: 3, used: 2 },
      ])
      expect(replied.headers.get('idempotent-replay')).toBe('true')
    },
  )

  test('that has to wait says where to', async () => {
    const refusal = { reason: 'QUEUE', lines: [{ ...line, sku: 'A/B' }] } as const
    const { answer } = await replyTo({ outcome: 'refused', refusal, isReplay: false })
    expect(answer['queue']).toEqual({ sku: 'A/B', join: '/v1/queues/A%2FB/tickets' })
  })

  test('that came at a bad time says when to come back, some sooner than others', async () => {
    const overloaded = await Promise.all(
      [0, 0.5, 0.99].map((random) => replyTo({ outcome: 'overloaded' }, random)),
    )
    expect(overloaded.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '1'],
      [503, '2'],
      [503, '3'],
    ])
    const { status, headers } = await replyTo({ outcome: 'unavailable' })
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
  })

  test('that is granted has its time in headers, so that a repetition has the same body', async () => {
    const held = { outcome: 'held', hold: HOLD_EXAMPLE, expires_in_ms: 599_870, isReplay: false } as const
    const { status, headers } = await replyTo(held)
    expect([
      status,
      headers.get('hold-expires-in'),
      headers.get('idempotent-replay'),
      headers.get('location'),
    ]).toEqual([201, '599870', null, `/v1/holds/${HOLD_EXAMPLE.hold_id}`])
  })

  test('with faults names each', async () => {
    const faults = [{ path: 'lines', message: 'asks for too many' }]
    const { status, answer } = await replyTo({ outcome: 'invalid', faults })
    expect([status, answer['errors']]).toEqual([400, faults])
    expect((await replyTo({ outcome: 'reused' })).status).toBe(422)
  })
})

test.each([
  'EXPIRED',
  'RELEASED',
  'ABANDONED',
  'ALREADY_PAID',
  'IN_PROGRESS',
  'EXTEND_REFUSED',
] satisfies HoldObstacle[])('a change that %s prevents is a 409 with that reason', async (reason) => {
  const change: HoldChange = { outcome: 'not_possible', reason }
  const own = { ...noHolds().own, release: () => Promise.resolve(change) }
  const path = '/v1/holds/0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01'
  const reply = await edge({ holds: noHolds({ own }) }).request(path, {
    method: 'DELETE',
    headers: { authorization },
  })
  expect([reply.status, await reply.json()]).toMatchObject([409, { type: '/problems/wrong-state', reason }])
  expect(reply.headers.get('retry-after')).toBe(reason === 'IN_PROGRESS' ? '1' : null)
})

test.each([
  ['not JSON', '{"lines":', 400],
  ['another field', '{"lines":[{"sku":"A","qty":1}],"price":1}', 400],
  ['a sku with a control character', '{"lines":[{"sku":"A\\u0000","qty":1}]}', 400],
  ['half a character', '{"lines":[{"sku":"\\ud800","qty":1}]}', 400],
  ['a quantity that is no number', '{"lines":[{"sku":"A","qty":"1"}]}', 400],
  [
    '101 lines',
    JSON.stringify({ lines: Array.from({ length: 101 }, (_, at) => ({ sku: `S${at}`, qty: 1 })) }),
    400,
  ],
  ['more than 64 kB', `{"lines":[{"sku":"${'A'.repeat(70_000)}","qty":1}]}`, 413],
])('a body with %s never reaches the order path', async (_, body, status) => {
  let calls = 0
  const holds = noHolds({
    place: () => {
      calls += 1
      return Promise.resolve({ outcome: 'unavailable' })
    },
  })
  const headers = { ...json, 'content-length': String(Buffer.byteLength(body)) }
  const reply = await edge({ holds }).request('/v1/holds', { method: 'POST', headers, body })
  expect([reply.status, calls]).toEqual([status, 0])
})

test('no body whatever makes a fault of ours', async () => {
  const app = edge() // its order path answers 503 to every call that gets so far
  const nearly = fc.record(
    {
      lines: fc.oneof(
        fc.array(fc.record({ sku: fc.string({ unit: 'binary' }), qty: fc.oneof(fc.integer(), fc.double()) })),
        fc.jsonValue(),
      ),
      allow_partial: fc.oneof(fc.boolean(), fc.jsonValue()),
      ttl_s: fc.oneof(fc.integer(), fc.jsonValue()),
      region: fc.oneof(fc.array(fc.integer()), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  const bodies = fc.oneof(
    fc.string(),
    fc.json(),
    nearly.map((value) => JSON.stringify(value)),
  )
  await fc.assert(
    fc.asyncProperty(bodies, fc.constantFrom('POST', 'PATCH'), async (body, method) => {
      const path = method === 'POST' ? '/v1/holds' : '/v1/holds/0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01'
      const reply = await app.request(path, { method, headers: json, body })
      expect([400, 404, 503]).toContain(reply.status)
    }),
    { numRuns: 300 },
  )
})
