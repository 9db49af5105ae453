/** `GET /v1/inventory/stream`: live stock as server-sent events. */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { createRoute, z } from '@hono/zod-openapi'
import { sseEvent } from '../../events/sse.ts'
import type { StockHub } from '../../events/stock-hub.ts'
import type { ActLimits } from '../act-limits.ts'
import type { Admit } from '../admission.ts'
import { openEventSink } from '../event-sink.ts'
import { SkusParameters, VIEW_EXAMPLE } from '../inventory-schemas.ts'
import { problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'
import { API_HEADERS } from '../security-headers.ts'
import type { Counted, StreamSeats } from '../stream-seats.ts'
import type { Visitor, VisitorOf } from '../visitor.ts'

export type StockStreamParts = {
  readonly hub: Pick<StockHub, 'watch'>
  readonly seats: StreamSeats
  readonly visitorOf: VisitorOf
  readonly acts: ActLimits
}

const DESCRIPTION = `First \`event: snapshot\` with what is there of the SKUs, also after a reconnect; then \`event: stock\` with
every change, a SKU at most four times a second. Drop a change whose \`ver\` is not higher than the last one of its sku.
\`event: degraded\` says that numbers come late, \`event: live\` that they do not any more. A visitor has two streams.`

const EXAMPLE = sseEvent('snapshot', '1732370530114-0', [VIEW_EXAMPLE])
/** Proxies must not gather what is meant to go out at once; nothing follows on the connection. */
const HEADERS = {
  ...API_HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  'x-accel-buffering': 'no',
  connection: 'close',
}
const PER_VISITOR = 2
/** Many people may share an address, and one person may have many tokens of guests. */
const PER_ADDRESS = 50

const streamStock = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/inventory/stream',
    summary: 'Units of several SKUs as they change',
    description: DESCRIPTION,
    'x-access': 'public',
    middleware: [admit('events')] as const,
    request: { query: SkusParameters },
    responses: {
      200: {
        description: 'Server-sent events, without end',
        content: { 'text/event-stream': { schema: z.string(), example: EXAMPLE } },
      },
      ...problemResponses('bad-request', 'bad-encoding', 'too-many-streams'),
    },
  })

export const stockStreamRoutes = ({ hub, seats, visitorOf, acts }: StockStreamParts, admit: Admit) =>
  apiRouter(['skus']).openapi(streamStock(admit), async (c) => {
    if (c.req.method === 'HEAD') return new Response(null, { headers: HEADERS })
    const response = c.env?.outgoing
    if (!response) throw new Error('an event stream needs a connection to write to')
    const rated = await acts.take(c, 'stream', null)
    const leaveSeat = seats.take(countedAs(await visitorOf(c)))
    let leaveHub = (): void => undefined
    const headers = { ...HEADERS, ...rated, 'x-request-id': c.get('requestId') }
    const sink = openEventSink(response, headers, () => {
      leaveSeat()
      leaveHub()
    })
    if (!response.destroyed) leaveHub = hub.watch(c.req.valid('query').skus, sink)
    return RESPONSE_ALREADY_SENT // this very object: one made here would be written by the adapter
  })

function countedAs({ subject, address }: Visitor): Counted[] {
  const byAddress = (most: number) => (address === null ? [] : [{ name: `address:${address}`, most }])
  if (subject === null) return byAddress(PER_VISITOR)
  return [{ name: `subject:${subject}`, most: PER_VISITOR }, ...byAddress(PER_ADDRESS)]
}
