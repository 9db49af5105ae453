/** Orders of all customers: looked at, sent, delivered. */
import { createRoute } from '@hono/zod-openapi'
import type { OrderDesk } from '../../../admin/order-desk.ts'
import { problem } from '../../../errors.ts'
import { answer, body } from '../../json-parts.ts'
import { OnceHeader } from '../../order-schemas.ts'
import { problemResponses } from '../../problem-responses.ts'
import { apiRouter } from '../../router.ts'
import { Because, IdPath } from '../forms.ts'
import {
  DeliveredForm,
  EXAMPLES,
  OrderOfCustomer,
  OrdersForm,
  OrdersParameters,
  ParcelForm,
  ShippedForm,
  UnfulfilledParameters,
} from '../order-forms.ts'
import { actingOf, changed, type Entrance, OF_READING, OF_WRITING, reading, writing } from '../staff.ts'

const listOrders = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/orders',
    summary: 'Orders of all customers, youngest first',
    ...reading(entrance, 'orders'),
    request: { query: OrdersParameters },
    responses: { 200: answer('One page', OrdersForm, EXAMPLES.orders), ...problemResponses(...OF_READING) },
  })

const listUnfulfilled = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/unfulfilled',
    summary: 'Orders that were paid and could not be had: their money goes back by itself',
    ...reading(entrance, 'orders'),
    request: { query: UnfulfilledParameters },
    responses: { 200: answer('One page', OrdersForm, EXAMPLES.orders), ...problemResponses(...OF_READING) },
  })

const showOrder = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/orders/{id}',
    summary: 'An order with its payments, refunds and returns',
    ...reading(entrance, 'orders'),
    request: { params: IdPath },
    responses: {
      200: answer('The order', OrderOfCustomer, EXAMPLES.order),
      ...problemResponses(...OF_READING, 'not-found'),
    },
  })

const shipOrder = (entrance: Entrance) =>
  createRoute({
    method: 'post',
    path: '/admin/orders/{id}/ship',
    summary: 'Units leave the building',
    description: 'All lines named or none. Without lines everything that is open.',
    ...writing(entrance, 'orders'),
    request: { params: IdPath, headers: OnceHeader, body: body(ParcelForm) },
    responses: { 200: answer('Sent', ShippedForm, EXAMPLES.shipped), ...problemResponses(...OF_WRITING) },
  })

const deliverOrder = (entrance: Entrance) =>
  createRoute({
    method: 'post',
    path: '/admin/orders/{id}/delivered',
    summary: 'Everything of an order has arrived',
    ...writing(entrance, 'orders'),
    request: { params: IdPath, headers: OnceHeader, body: body(Because) },
    responses: {
      200: answer('Delivered', DeliveredForm, EXAMPLES.delivered),
      ...problemResponses(...OF_WRITING),
    },
  })

export const orderRoutes = (orders: OrderDesk, entrance: Entrance) =>
  apiRouter(['state', 'before', 'limit'])
    .openapi(listOrders(entrance), async (c) => {
      const { state, ...page } = c.req.valid('query')
      return c.json(await orders.list(state, page), 200)
    })
    .openapi(listUnfulfilled(entrance), async (c) =>
      c.json(await orders.list('PAID_UNFULFILLED', c.req.valid('query')), 200),
    )
    .openapi(showOrder(entrance), async (c) => {
      const order = await orders.read(c.req.valid('param').id)
      if (order === null) throw problem('not-found', { detail: 'There is no such order.' })
      return c.json(order, 200)
    })
    .openapi(shipOrder(entrance), async (c) => {
      const { reason, ...parcel } = c.req.valid('json')
      return c.json(changed(c, await orders.ship(actingOf(c, reason), c.req.valid('param').id, parcel)), 200)
    })
    .openapi(deliverOrder(entrance), async (c) => {
      const acting = actingOf(c, c.req.valid('json').reason)
      return c.json(changed(c, await orders.deliver(acting, c.req.valid('param').id)), 200)
    })
