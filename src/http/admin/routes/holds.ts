/** Holds of all customers. */
import { createRoute } from '@hono/zod-openapi'
import type { HoldDesk } from '../../../admin/hold-desk.ts'
import { answer } from '../../json-parts.ts'
import { OnceHeader } from '../../order-schemas.ts'
import { problemResponses } from '../../problem-responses.ts'
import { apiRouter } from '../../router.ts'
import { IdPath } from '../forms.ts'
import { EXAMPLES, HoldOfCustomer, HoldsForm, HoldsParameters, ReleaseParameters } from '../order-forms.ts'
import { actingOf, changed, type Entrance, OF_READING, OF_WRITING, reading } from '../staff.ts'

const listHolds = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/holds',
    summary: 'Holds of all customers, youngest first',
    ...reading(entrance, 'orders'),
    request: { query: HoldsParameters },
    responses: { 200: answer('One page', HoldsForm, EXAMPLES.holds), ...problemResponses(...OF_READING) },
  })

const releaseHold = (entrance: Entrance) =>
  createRoute({
    method: 'delete',
    path: '/admin/holds/{id}',
    summary: 'Give the units of a hold back',
    description:
      'Repeating it is safe. One that is being paid for is CLOSING until the provider has said that no money can come.',
    ...reading(entrance, 'orders'),
    request: { params: IdPath, query: ReleaseParameters, headers: OnceHeader },
    responses: {
      200: answer('Given back, or about to be', HoldOfCustomer, EXAMPLES.hold),
      ...problemResponses(...OF_WRITING),
    },
  })

export const holdRoutes = (holds: HoldDesk, entrance: Entrance) =>
  apiRouter(['state', 'before', 'limit', 'reason'])
    .openapi(listHolds(entrance), async (c) => {
      const { state, ...page } = c.req.valid('query')
      return c.json(await holds.list(state, page), 200)
    })
    .openapi(releaseHold(entrance), async (c) => {
      const acting = actingOf(c, c.req.valid('query').reason)
      return c.json(changed(c, await holds.release(acting, c.req.valid('param').id)), 200)
    })
