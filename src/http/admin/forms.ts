/** Forms that several calls of administration share. */
import { z } from '@hono/zod-openapi'
import { Sku } from '../hold-schemas.ts'
import { blankAsAbsent, integer } from '../parameters.ts'

const REASON_MAX = 500
const LOC_MAX = 32_767
const PAGE_MAX = 200
const PAGE_DEFAULT = 50
/** More units than a shelf holds; the column is an integer. */
export const UNITS_MAX = 100_000_000
const CONTROL = /[\u0000-\u001f\u007f]/

/** Text of a person. */
export const text = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((given) => given.isWellFormed() && !CONTROL.test(given), 'has control characters')

export const Reason = text(REASON_MAX).openapi({
  description: 'Why, for people; kept with who did it',
  example: 'stocktaking',
})
export const Loc = z.int().min(0).max(LOC_MAX).openapi({ description: 'Location', example: 1 })
export const Units = z.int().min(1).max(UNITS_MAX)
export const Money = z.int().min(0)
export const uuid = z.uuid().transform((id) => id.toLowerCase())

export const Because = z.strictObject({ reason: Reason }).openapi('Because')

export const SkuPath = z.object({
  sku: Sku.openapi({ param: { name: 'sku', in: 'path' }, example: 'LAMP-7' }),
})
export const IdPath = z.object({
  id: uuid.openapi({ param: { name: 'id', in: 'path' }, example: '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01' }),
})

export const limit = integer(1, PAGE_MAX, PAGE_DEFAULT)
/** Where a page of things with ids begins. */
export const beforeId = blankAsAbsent(uuid.nullable().default(null)).openapi({
  type: 'string',
  format: 'uuid',
  param: { description: '`next` of the page before' },
})
/** One of these words, or absent: any. */
export const oneOf = <const W extends readonly string[]>(words: W, description: string) =>
  blankAsAbsent(
    z
      .enum(words, { error: `is not one of ${words.join(', ')}` })
      .nullable()
      .default(null),
  ).openapi({ type: 'string', enum: [...words], param: { description } })

export const nextOf = (schema: z.ZodType<string>) =>
  schema.nullable().openapi({
    description: 'Send it as `before` for the next page; null: this is the last',
    type: ['string', 'null'],
  })
