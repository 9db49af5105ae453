/** Forms of the calls and answers about holds. */
import { z } from '@hono/zod-openapi'
import type { HoldAnswer } from '../orders/hold-answer.ts'
import { QTY_MAX, TTL_DEFAULT_S, TTL_MAX_S } from '../orders/hold-call.ts'
import { LINES_MAX } from '../orders/lines.ts'
import type { HoldView } from '../orders/own-holds.ts'

const SKU_MAX = 200
const REGION_MAX = 20
const LOC_MAX = 32_767
/** What Postgres keeps as text, and people can read. */
const CONTROL = /[\u0000-\u001f\u007f]/

export const Sku = z
  .string()
  .min(1)
  .max(SKU_MAX)
  .refine((text) => text.isWellFormed() && !CONTROL.test(text), 'has control characters')
const Minor = z.int().min(0)

export const HoldLines = z
  .array(
    z.strictObject({
      sku: Sku.openapi({ example: 'LAMP-7' }),
      qty: z.int().min(1).max(QTY_MAX),
      expected_price_minor: Minor.nullable().default(null).openapi({
        description: 'Price of one unit that the customer saw, minor units; another one is 409 price-changed',
      }),
    }),
  )
  .min(1)
  .max(LINES_MAX)
  .openapi({ description: 'Lines of one sku are added up; a bundle becomes its parts' })

const Region = z
  .array(z.int().min(0).max(LOC_MAX))
  .max(REGION_MAX)
  .openapi({ description: 'Locations that should give the units, best first' })

export const NewHold = z
  .strictObject({
    lines: HoldLines,
    allow_partial: z
      .boolean()
      .default(false)
      .openapi({ description: 'Take what there is, at least one unit; else all lines or none' }),
    ttl_s: z.int().min(1).max(TTL_MAX_S).default(TTL_DEFAULT_S),
    region: Region.default([]),
  })
  .openapi('NewHold')

const ShortLines = z
  .array(z.strictObject({ sku: z.string(), requested: z.int(), available: z.int() }))
  .readonly()
  .openapi({ description: 'Lines that got less than they asked for' })

const HeldLines = z
  .array(
    z.strictObject({
      sku: z.string(),
      requested: z.int().openapi({ description: 'Units of the sku that were asked for' }),
      qty: z.int().openapi({ description: 'Units that this location gives' }),
      unit_price_minor: Minor,
      loc: z.int(),
    }),
  )
  .readonly()

/** The same bytes at the first call and at every one with its key. */
export const Hold = z
  .strictObject({
    hold_id: z.uuid(),
    state: z.literal('ACTIVE').openapi({ description: 'When it was made' }),
    created_at: z.iso.datetime(),
    first_expires_at: z.iso.datetime(),
    currency: z.string(),
    total_minor: Minor,
    lines: HeldLines,
    short: ShortLines.optional(),
  })
  .openapi('Hold')

export const HoldNow = z
  .strictObject({
    hold_id: z.uuid(),
    state: z.enum(['PREPARED', 'ACTIVE', 'PAYING', 'CLOSING', 'CONFIRMED', 'RELEASED', 'EXPIRED', 'VOID']),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    max_expires_at: z.iso.datetime(),
    expires_in_ms: z.int(),
    currency: z.string().nullable(),
    total_minor: Minor.nullable(),
    lines: HeldLines,
    short: ShortLines.optional(),
    refusal: z
      .strictObject({
        reason: z.string(),
        lines: ShortLines,
        limit: z.int().optional(),
        used: z.int().optional(),
        prices: z
          .array(z.strictObject({ sku: z.string(), expected: z.int(), now: z.int() }))
          .readonly()
          .optional(),
      })
      .optional()
      .openapi({ description: 'Of a hold that was refused (VOID): why' }),
    order_id: z.uuid().nullable(),
  })
  .openapi('HoldNow')

export const HoldPath = z.object({
  id: z
    .uuid()
    .transform((id) => id.toLowerCase())
    .openapi({ param: { name: 'id', in: 'path' }, example: '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01' }),
})

export const ChangedLines = z
  .strictObject({ lines: HoldLines, region: Region.default([]) })
  .openapi('ChangedLines')

export const Extension = z.strictObject({ seconds: z.int().min(1).max(TTL_MAX_S) }).openapi('Extension')

export const KeyHeader = z.object({
  'idempotency-key': z.string().optional().openapi({
    description:
      'UUID of version 7; becomes the id of the hold. The same key gives the same answer again; without it a call cannot be repeated safely',
    example: '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01',
  }),
})

export const HOLD_EXAMPLE: HoldAnswer = {
  hold_id: '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01',
  state: 'ACTIVE',
  created_at: '2026-11-23T14:02:10.114Z',
  first_expires_at: '2026-11-23T14:12:10.114Z',
  currency: 'EUR',
  total_minor: 9_980,
  lines: [{ sku: 'LAMP-7', requested: 2, qty: 2, unit_price_minor: 4_990, loc: 1 }],
}

export const HOLD_NOW_EXAMPLE: HoldView = {
  hold_id: HOLD_EXAMPLE.hold_id,
  state: 'ACTIVE',
  created_at: HOLD_EXAMPLE.created_at,
  expires_at: '2026-11-23T14:12:10.114Z',
  max_expires_at: '2026-11-23T14:32:10.114Z',
  expires_in_ms: 412_345,
  currency: 'EUR',
  total_minor: 9_980,
  lines: HOLD_EXAMPLE.lines,
  order_id: null,
}
