/** Parameters and answers of live stock. */
import { z } from '@hono/zod-openapi'
import { AVAILABILITIES } from '../catalog/item.ts'
import type * as events from '../events/stock-view.ts'

/** SKUs of one request (orders design 9). */
export const SKUS_MAX = 50
const SKU_LENGTH_MAX = 200
const CONTROL = /[\u0000-\u001f\u007f]/

const skuText = z
  .string()
  .min(1, 'is empty')
  .max(SKU_LENGTH_MAX, `has more than ${SKU_LENGTH_MAX} characters`)
  .refine((text) => !CONTROL.test(text), 'has control characters')

export const SkuPath = z.object({
  sku: skuText.openapi({ param: { description: 'Stock keeping unit' }, example: 'LAMP-7' }),
})

export const SkusParameters = z.strictObject({
  skus: z
    .string({
      error: (issue) =>
        Array.isArray(issue.input) ? 'is given more than once; join them by commas' : 'is missing',
    })
    .transform((text) => [...new Set(text.split(',').filter((sku) => sku !== ''))])
    .pipe(z.array(skuText).min(1, 'names no sku').max(SKUS_MAX, `names more than ${SKUS_MAX} skus`))
    .openapi({
      type: 'string',
      param: { description: `1 to ${SKUS_MAX} SKUs, joined by commas` },
      example: 'LAMP-7,DESK-2',
    }),
})

export const StockView = z
  .strictObject({
    sku: z.string().openapi({ example: 'LAMP-7' }),
    ver: z
      .int()
      .nonnegative()
      .openapi({ description: 'Rises with every change; a lower one is older', example: 812 }),
    available: z.int().nonnegative().openapi({ description: 'Units that a hold could get now', example: 3 }),
    state: z.enum(AVAILABILITIES as [string, ...string[]]).openapi({ example: 'low' }),
    queue: z
      .int()
      .nonnegative()
      .openapi({ description: 'People waiting; their offers come first', example: 0 }),
  })
  .openapi('StockView')

export const StockAnswer = z
  .strictObject({
    stock: z.array(StockView).openapi({ description: 'Of the SKUs that have stock, sorted by sku' }),
  })
  .openapi('StockAnswer')

export const VIEW_EXAMPLE = {
  sku: 'LAMP-7',
  ver: 812,
  available: 3,
  state: 'low',
  queue: 0,
} as const satisfies events.StockView
