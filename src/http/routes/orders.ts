/** Orders of the caller: listed, looked at, cut, sent back. */
import { createRoute } from '@hono/zod-openapi'
import { problem } from '../../errors.ts'
import type { ChangeOrders } from '../../orders/change-orders.ts'
import type { OwnOrders } from '../../orders/own-orders.ts'
import type { Admit } from '../admission.ts'
import { tellReplay } from '../hold-replies.ts'
import { keyOf } from '../idempotency-key.ts'
import type { Identify } from '../identity.ts'
import { jsonBody } from '../json-body.ts'
import { answer, body } from '../json-parts.ts'
import { NO_SUCH_ORDER, orderProblem } from '../order-replies.ts'
import {
  CANCEL_EXAMPLE,
  Cancellation,
  Cancelled,
  NewReturn,
  OnceHeader,
  ORDER_EXAMPLE,
  ORDERS_EXAMPLE,
  Order,
  OrderPage,
  OrderPageParameters,
  OrderPath,
  RETURN_EXAMPLE,
  ReturnRequested,
} from '../order-schemas.ts'
import { OF_CALLER, OF_KEYED_CHANGE, problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'
import { tellTime } from '../tell-time.ts'

export type OrderServices = {
  readonly own: OwnOrders
  readonly change: ChangeOrders
  /** The clock that decides expiry; null before its first word. */
  readonly postgresNow: () => Date | null
}

const OF_CHANGE = [
  'bad-request',
  'idempotency-key-invalid',
  ...OF_CALLER,
  ...OF_KEYED_CHANGE,
  'ordering-unavailable',
] as const

const listOrders = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'get',
    path: '/v1/orders',
    summary: 'The orders of the caller, youngest first',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest')] as const,
    request: { query: OrderPageParameters },
    responses: {
      200: answer('One page of them', OrderPage, ORDERS_EXAMPLE),
      ...problemResponses('bad-request', ...OF_CALLER, 'ordering-unavailable'),
    },
  })

const showOrder = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'get',
    path: '/v1/orders/{id}',
    summary: 'An order with its payments, refunds and returns',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest')] as const,
    request: { params: OrderPath },
    responses: {
      200: answer('The order as it is now', Order, ORDER_EXAMPLE),
      ...problemResponses('bad-request', ...OF_CALLER, 'not-found', 'ordering-unavailable'),
    },
  })

const cancelOrder = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'post',
    path: '/v1/orders/{id}/cancel',
    summary: 'Take units out of an order that are not sent yet',
    description: 'All that is named or nothing. What was paid for them goes back.',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest', 'order'), jsonBody] as const,
    request: {
      params: OrderPath,
      headers: OnceHeader,
      body: body(Cancellation),
    },
    responses: {
      200: answer('What is left of the order, and what goes back', Cancelled, CANCEL_EXAMPLE),
      ...problemResponses(...OF_CHANGE),
    },
  })

const requestReturn = (admit: Admit, identify: Identify) =>
  createRoute({
    method: 'post',
    path: '/v1/orders/{id}/returns',
    summary: 'Ask to send units back',
    description: 'Only what was sent, and each unit once. The money goes back when the units have come.',
    'x-access': 'guest',
    middleware: [admit('cart'), identify('guest', 'order'), jsonBody] as const,
    request: {
      params: OrderPath,
      headers: OnceHeader,
      body: body(NewReturn),
    },
    responses: {
      201: answer('The shop has been asked', ReturnRequested, RETURN_EXAMPLE),
      ...problemResponses(...OF_CHANGE),
    },
  })

export const orderRoutes = (
  { own, change, postgresNow }: OrderServices,
  admit: Admit,
  identify: Identify,
) => {
  const app = apiRouter(['before', 'limit'])
  app.use('/v1/orders', tellTime(postgresNow))
  app.use('/v1/orders/*', tellTime(postgresNow))
  return app
    .openapi(listOrders(admit, identify), async (c) =>
      c.json(await own.list(c.get('identity').subject, c.req.valid('query')), 200),
    )
    .openapi(showOrder(admit, identify), async (c) => {
      const order = await own.read(c.req.valid('param').id, c.get('identity').subject)
      if (order === null) throw problem('not-found', { detail: NO_SUCH_ORDER })
      return c.json(order, 200)
    })
    .openapi(cancelOrder(admit, identify), async (c) => {
      const key = keyOf(c.req.valid('header')['idempotency-key'])
      const call = { ...c.req.valid('json'), key, order_id: c.req.valid('param').id }
      const changed = await change.cancel({ ...call, customer: c.get('identity').subject })
      if (changed.outcome !== 'done') throw orderProblem(changed)
      tellReplay(c, changed)
      return c.json(changed.answer, 200)
    })
    .openapi(requestReturn(admit, identify), async (c) => {
      const key = keyOf(c.req.valid('header')['idempotency-key'])
      const call = { ...c.req.valid('json'), key, order_id: c.req.valid('param').id }
      const asked = await change.requestReturn({ ...call, customer: c.get('identity').subject })
      if (asked.outcome !== 'done') throw orderProblem(asked)
      tellReplay(c, asked)
      return c.json(asked.answer, 201)
    })
}
