/** Live stock, asked for: `GET /v1/inventory?skus=` and `GET /v1/inventory/{sku}`. */
import { createRoute } from '@hono/zod-openapi'
import { problem } from '../../errors.ts'
import type { ReadStock } from '../../events/stock-readings.ts'
import { stockView } from '../../events/stock-view.ts'
import type { Admit } from '../admission.ts'
import { SkuPath, SkusParameters, StockAnswer, StockView, VIEW_EXAMPLE } from '../inventory-schemas.ts'
import { answer } from '../json-parts.ts'
import { NoParameters } from '../parameters.ts'
import { problemResponses } from '../problem-responses.ts'
import { apiRouter } from '../router.ts'

const listStock = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/inventory',
    summary: 'Units of several SKUs',
    description:
      'SKUs that have no stock are left out. For changes as they happen see `/v1/inventory/stream`.',
    'x-access': 'public',
    middleware: [admit('item')] as const,
    request: { query: SkusParameters },
    responses: {
      200: {
        description: 'Units at this moment',
        content: { 'application/json': { schema: StockAnswer, example: { stock: [VIEW_EXAMPLE] } } },
      },
      ...problemResponses('bad-request', 'bad-encoding'),
    },
  })

const showStock = (admit: Admit) =>
  createRoute({
    method: 'get',
    path: '/v1/inventory/{sku}',
    summary: 'Units of one SKU',
    'x-access': 'public',
    middleware: [admit('item')] as const,
    request: { params: SkuPath, query: NoParameters },
    responses: {
      200: answer('Units at this moment', StockView, VIEW_EXAMPLE),
      ...problemResponses('bad-request', 'bad-encoding', 'not-found'),
    },
  })

export const inventoryRoutes = (readStock: ReadStock, admit: Admit) => {
  const read = async (skus: readonly string[]) => {
    const rows = await readStock(skus).catch((thrown: unknown) => {
      throw problem('unavailable', { detail: 'Stock cannot be read at the moment.' }, { cause: thrown })
    })
    return rows.map(stockView).toSorted((a, b) => (a.sku < b.sku ? -1 : 1))
  }
  return apiRouter(['skus'])
    .openapi(listStock(admit), async (c) => c.json({ stock: await read(c.req.valid('query').skus) }, 200))
    .openapi(showStock(admit), async (c) => {
      const { sku } = c.req.valid('param')
      const [view] = await read([sku])
      if (!view) throw problem('not-found', { detail: 'This sku has no stock.' })
      return c.json(view, 200)
    })
}
