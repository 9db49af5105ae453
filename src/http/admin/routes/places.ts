/** Places that keep stock. */
import { createRoute } from '@hono/zod-openapi'
import type { PlaceDesk } from '../../../admin/place-desk.ts'
import { answer, body } from '../../json-parts.ts'
import { problemResponses } from '../../problem-responses.ts'
import { apiRouter } from '../../router.ts'
import { actingOf, changed, type Entrance, OF_READING, OF_WRITING, reading, writing } from '../staff.ts'
import { EXAMPLES, LocationForm, LocationPath, LocationPutForm, LocationsForm } from '../stock-forms.ts'

const listLocations = (entrance: Entrance) =>
  createRoute({
    method: 'get',
    path: '/admin/locations',
    summary: 'Places that keep stock, by rank',
    ...reading(entrance, 'inventory'),
    responses: {
      200: answer('All of them', LocationsForm, EXAMPLES.locations),
      ...problemResponses(...OF_READING),
    },
  })

const putLocation = (entrance: Entrance) =>
  createRoute({
    method: 'put',
    path: '/admin/locations/{loc}',
    summary: 'Add a location, rename it, open or close it to shoppers',
    description: 'Closing takes its units away from shoppers; what is promised stays.',
    ...writing(entrance, 'inventory'),
    request: { params: LocationPath, body: body(LocationForm) },
    responses: {
      200: answer('As it is now', LocationPutForm, EXAMPLES.location),
      ...problemResponses(...OF_WRITING),
    },
  })

export const placeRoutes = (places: PlaceDesk, entrance: Entrance) =>
  apiRouter([])
    .openapi(listLocations(entrance), async (c) => c.json({ locations: await places.list() }, 200))
    .openapi(putLocation(entrance), async (c) => {
      const { reason, ...place } = c.req.valid('json')
      const { loc } = c.req.valid('param')
      return c.json(changed(c, await places.put(actingOf(c, reason), { loc, ...place })), 200)
    })
