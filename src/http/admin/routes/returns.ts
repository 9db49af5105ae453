/** Goods that come back: decided about, received, paid back. */
import { createRoute } from '@hono/zod-openapi'
import type { ReturnDesk } from '../../../admin/return-desk.ts'
import { answer, body } from '../../json-parts.ts'
import { OnceHeader } from '../../order-schemas.ts'
import { problemResponses } from '../../problem-responses.ts'
import { apiRouter } from '../../router.ts'
import { Because, IdPath } from '../forms.ts'
import {
  EXAMPLES,
  ReceiptForm,
  ReceivedForm,
  ReturnForm,
  ReturnsForm,
  ReturnsParameters,
} from '../order-forms.ts'
import { actingOf, changed, type Entrance, OF_READING, OF_WRITING, reading, writing } from '../staff.ts'

const listReturns = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/returns',
    summary: 'Returns of all customers, youngest first',
    ...reading(entrance, 'orders'),
    request: { query: ReturnsParameters },
    responses: { 200: answer('One page', ReturnsForm, EXAMPLES.returns), ...problemResponses(...OF_READING) },
  })

const decision = (entrance: Entrance, verb: 'approve' | 'reject', summary: string) =>
  createRoute({
    method: 'post',
    path: `/admin/returns/{id}/${verb}`,
    summary,
    description: 'Saying it again changes nothing.',
    ...writing(entrance, 'orders'),
    request: { params: IdPath, headers: OnceHeader, body: body(Because) },
    responses: {
      200: answer('As it is now', ReturnForm, EXAMPLES.return),
      ...problemResponses(...OF_WRITING),
    },
  })

const receiveReturn = (entrance: Entrance) =>
  createRoute({
    method: 'post',
    path: '/admin/returns/{id}/receive',
    summary: 'Units of an approved return are back',
    description: 'Each line to stock or to scrap. What the units cost is sent back to the customer.',
    ...writing(entrance, 'orders'),
    request: { params: IdPath, headers: OnceHeader, body: body(ReceiptForm) },
    responses: {
      200: answer('Received', ReceivedForm, EXAMPLES.received),
      ...problemResponses(...OF_WRITING),
    },
  })

export const returnRoutes = (returns: ReturnDesk, entrance: Entrance) =>
  apiRouter(['state', 'before', 'limit'])
    .openapi(listReturns(entrance), async (c) => {
      const { state, ...page } = c.req.valid('query')
      return c.json(await returns.list(state, page), 200)
    })
    .openapi(decision(entrance, 'approve', 'The customer may send the units back'), async (c) => {
      const acting = actingOf(c, c.req.valid('json').reason)
      return c.json(changed(c, await returns.decide(acting, c.req.valid('param').id, 'APPROVED')), 200)
    })
    .openapi(decision(entrance, 'reject', 'The customer may not send the units back'), async (c) => {
      const acting = actingOf(c, c.req.valid('json').reason)
      return c.json(changed(c, await returns.decide(acting, c.req.valid('param').id, 'REJECTED')), 200)
    })
    .openapi(receiveReturn(entrance), async (c) => {
      const { reason, lines } = c.req.valid('json')
      return c.json(
        changed(c, await returns.receive(actingOf(c, reason), c.req.valid('param').id, lines)),
        200,
      )
    })
