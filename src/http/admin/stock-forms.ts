/** Forms of the calls and answers about stock and the places that keep it. */
import { z } from '@hono/zod-openapi'
import { Sku } from '../hold-schemas.ts'
import { blankAsAbsent } from '../parameters.ts'
import { Loc, limit, nextOf, Reason, text, UNITS_MAX, Units } from './forms.ts'

const BUCKET = /^(all|drop:[\w-]{1,90}|day:\d{4}-\d\d-\d\d)$/
const PER_CART_MAX = 9_999

const WAYS = ['receive', 'd_on_hand', 'safety'] as const

export const StockChangeForm = z
  .strictObject({
    loc: Loc,
    reason: Reason,
    receive: Units.optional().openapi({
      description: 'Units that arrive; makes the rows of a SKU that is new',
    }),
    d_on_hand: z
      .int()
      .min(-UNITS_MAX)
      .max(UNITS_MAX)
      .refine((units) => units !== 0, 'is 0, which changes nothing')
      .optional()
      .openapi({
        description: 'Correction of the count, signed; never below what is promised',
        type: 'integer',
      }),
    safety: z.int().min(0).max(UNITS_MAX).optional().openapi({ description: 'Units kept from shoppers' }),
    release_holds: z
      .boolean()
      .optional()
      .openapi({ description: 'With d_on_hand: the youngest holds that nobody pays for may give way' }),
  })
  .superRefine((given, ctx) => {
    const ways = WAYS.filter((way) => given[way] !== undefined)
    if (ways.length !== 1) ctx.addIssue(`give exactly one of ${WAYS.join(', ')}`)
    if (given.release_holds !== undefined && given.d_on_hand === undefined) {
      ctx.addIssue({ code: 'custom', path: ['release_holds'], message: 'is for d_on_hand alone' })
    }
  })
  .openapi('StockChange')

export const StockChangedForm = z
  .strictObject({
    sku: z.string(),
    ver: z.int().openapi({ description: 'Version of the SKU after the change' }),
    released: z.array(z.uuid()).readonly().openapi({ description: 'Holds that had to give way' }),
  })
  .openapi('StockChanged')

export const TransferForm = z
  .strictObject({ sku: Sku.openapi({ example: 'LAMP-7' }), from: Loc, to: Loc, qty: Units, reason: Reason })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'is where the units are' })
  .openapi('Transfer')

const rules = {
  limit_qty: z
    .int()
    .min(1)
    .max(UNITS_MAX)
    .nullable()
    .openapi({ description: 'Units one customer may have; null: no limit' }),
  limit_bucket: z.string().regex(BUCKET, 'is not all, drop:ID or day:DATE').openapi({ example: 'all' }),
  returns_free_limit: z.boolean(),
  max_per_cart: z.int().min(1).max(PER_CART_MAX),
  low_at: z.int().min(0).max(UNITS_MAX).openapi({ description: 'Search calls it low at or below so many' }),
}

export const SkuRulesForm = z.strictObject(rules).openapi('SkuRules')
export const SkuRulesChangeForm = z
  .strictObject({
    reason: Reason,
    limit_qty: rules.limit_qty.optional(),
    limit_bucket: rules.limit_bucket.optional(),
    returns_free_limit: rules.returns_free_limit.optional(),
    max_per_cart: rules.max_per_cart.optional(),
    low_at: rules.low_at.optional(),
  })
  .refine((given) => Object.keys(given).length > 1, 'changes nothing: give a rule beside the reason')
  .openapi('SkuRulesChange')

const counts = { on_hand: z.int(), held: z.int(), committed: z.int(), safety: z.int() }

export const StockForm = z
  .strictObject({
    sku: z.string(),
    available: z
      .int()
      .openapi({ description: 'What shoppers can have; negative: safety is above what is there' }),
    ver: z.int(),
    queue: z.int(),
    rules: SkuRulesForm,
    shelves: z.array(z.strictObject({ loc: z.int(), ...counts })).readonly(),
  })
  .openapi('Stock')

export const LedgerForm = z
  .strictObject({
    ledger: z
      .array(
        z.strictObject({
          ...{ id: z.string(), sku: z.string(), loc: z.int(), ver: z.int(), kind: z.string() },
          ...{ d_on_hand: z.int(), d_held: z.int(), d_committed: z.int(), d_safety: z.int() },
          ref: z
            .string()
            .nullable()
            .openapi({ description: 'The reason, or the hold or order it was done for' }),
          actor: z.string().nullable().openapi({ description: 'Who did it; null: the shop itself' }),
          at: z.iso.datetime(),
        }),
      )
      .readonly(),
    next: nextOf(z.string()),
  })
  .openapi('Ledger')

export const LedgerParameters = z.strictObject({
  sku: Sku.openapi({ param: { description: 'Whose ledger' }, example: 'LAMP-7' }),
  before: blankAsAbsent(
    z
      .string()
      .regex(/^\d{1,15}\.\d{1,5}$/, 'is not `next` of a page')
      .nullable()
      .default(null),
  ).openapi({ type: 'string', param: { description: '`next` of the page before' } }),
  limit,
})

const place = { loc: z.int(), name: z.string(), sellable: z.boolean(), rank: z.int() }
export const LocationsForm = z
  .strictObject({ locations: z.array(z.strictObject(place)).readonly() })
  .openapi('Locations')
export const LocationPath = z.object({
  loc: z
    .string()
    .regex(/^\d{1,5}$/, 'is not the number of a location')
    .transform(Number)
    .pipe(Loc)
    .openapi({ type: 'integer', param: { name: 'loc', in: 'path' }, example: 2 }),
})
export const LocationForm = z
  .strictObject({
    name: text(200).openapi({ example: 'Back room' }),
    sellable: z.boolean().default(true).openapi({ description: 'Whether shoppers can have its units' }),
    rank: z
      .int()
      .min(0)
      .max(32_767)
      .default(100)
      .openapi({ description: 'Among equals the lowest gives first' }),
    reason: Reason,
  })
  .openapi('Location')
export const LocationPutForm = z
  .strictObject({
    ...place,
    skus: z.int().openapi({ description: 'SKUs whose availability may have changed' }),
  })
  .openapi('LocationPut')

const RULES = { limit_qty: 2, limit_bucket: 'all', returns_free_limit: false, max_per_cart: 99, low_at: 5 }
export const EXAMPLES = {
  changed: { sku: 'LAMP-7', ver: 812, released: [] },
  rules: RULES,
  stock: {
    ...{ sku: 'LAMP-7', available: 17, ver: 812, queue: 0, rules: RULES },
    shelves: [{ loc: 1, on_hand: 20, held: 2, committed: 1, safety: 0 }],
  },
  ledger: {
    ledger: [
      {
        ...{ id: '90112', sku: 'LAMP-7', loc: 1, ver: 812, kind: 'receive' },
        ...{ d_on_hand: 20, d_held: 0, d_committed: 0, d_safety: 0 },
        ...{ ref: 'delivery 4711', actor: 'ann', at: '2026-11-23T14:02:10.114Z' },
      },
    ],
    next: '812.1',
  },
  locations: { locations: [{ loc: 1, name: 'main', sellable: true, rank: 100 }] },
  location: { loc: 2, name: 'Back room', sellable: false, rank: 100, skus: 0 },
} as const
