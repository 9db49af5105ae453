/** What a caller gets for each word about orders and payments. */
import { expect, test } from 'vitest'
import { edge } from '../../test/support/edge.ts'
import { bearerOf } from '../../test/support/identity.ts'
import { noOrders } from '../../test/support/no-holds.ts'
import { newKey } from '../../test/support/shopper.ts'
import type { ChangeOrders } from '../orders/change-orders.ts'
import type { PayOutcome } from '../orders/pay.ts'
import { OrderingUnavailable } from '../orders/unavailable.ts'

const ID = '0190f3c2-8a55-7d10-b7a1-5d0c9e1f4b02'
const post = async (app: ReturnType<typeof edge>, path: string, body: unknown, key = newKey()) =>
  app.request(path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      ...{ 'content-type': 'application/json', 'idempotency-key': key },
      authorization: await bearerOf('guest:1', 'guest'),
    },
  })

test.each<[PayOutcome, number, Record<string, unknown>]>([
  [{ outcome: 'unknown' }, 404, { type: '/problems/not-found' }],
  [{ outcome: 'reused' }, 422, { type: '/problems/idempotency-key-reused' }],
  [{ outcome: 'no_provider' }, 503, { type: '/problems/ordering-unavailable' }],
  [{ outcome: 'not_possible', reason: 'EXPIRED' }, 409, { reason: 'EXPIRED' }],
  [{ outcome: 'not_possible', reason: 'IN_PROGRESS' }, 409, { reason: 'IN_PROGRESS' }],
])('the outcome %j of a pay call is told with status %i', async (outcome, status, body) => {
  const reply = await post(edge({ pay: () => Promise.resolve(outcome) }), `/v1/holds/${ID}/pay`, {})
  expect([reply.status, await reply.json()]).toMatchObject([status, body])
  const mayComeBack = status === 503 || body['reason'] === 'IN_PROGRESS'
  expect(reply.headers.has('retry-after')).toBe(mayComeBack)
})

test.each<[Awaited<ReturnType<ChangeOrders['cancel']>>, number, Record<string, unknown>]>([
  [{ outcome: 'unknown' }, 404, { type: '/problems/not-found' }],
  [{ outcome: 'reused' }, 422, { type: '/problems/idempotency-key-reused' }],
  [{ outcome: 'in_progress' }, 409, { type: '/problems/wrong-state', reason: 'IN_PROGRESS' }],
  [{ outcome: 'not_possible', reason: 'NOT_PAID' }, 409, { reason: 'NOT_PAID' }],
  [{ outcome: 'not_possible', reason: 'ALREADY_SHIPPED' }, 409, { reason: 'ALREADY_SHIPPED' }],
])('the outcome %j of a change of an order is told with status %i', async (outcome, status, body) => {
  const { orders } = noOrders()
  const change = { cancel: () => Promise.resolve(outcome), requestReturn: () => Promise.resolve(outcome) }
  const app = edge({ orders: { ...orders, change: change as ChangeOrders } })
  for (const [path, given] of [
    ['cancel', {}],
    ['returns', { lines: [{ sku: 'LAMP', qty: 1 }] }],
  ] as const) {
    const reply = await post(app, `/v1/orders/${ID}/${path}`, given)
    expect([path, reply.status, await reply.json()]).toMatchObject([path, status, body])
  }
})

test('a Postgres that is away is told as such, with the time to come back', async () => {
  const away = () => Promise.reject(new OrderingUnavailable(new Error('gone')))
  const app = edge({ pay: away, takeWebhook: away })
  const replies = [
    await post(app, `/v1/holds/${ID}/pay`, {}),
    await app.request('/v1/webhooks/payments/sim', { method: 'POST', body: '{}' }),
  ]
  for (const reply of replies) {
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await reply.json()).toMatchObject({ type: '/problems/ordering-unavailable' })
  }
})

test.each([
  ['a scenario of other signs', { scenario: 'x; drop' }],
  ['a return URL of another scheme', { return_url: 'javascript:alert(1)' }],
  ['a field that nobody knows', { amount: 1 }],
])('a pay call with %s is refused', async (_, body) => {
  const reply = await post(edge(), `/v1/holds/${ID}/pay`, body)
  expect([reply.status, await reply.json()]).toMatchObject([400, { type: '/problems/bad-request' }])
})
