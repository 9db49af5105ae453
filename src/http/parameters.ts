/**
 * The parameters of the public API: their form alone. Whether a category, a facet or a cursor exists is for
 * search to say. An empty parameter means the same as an absent one, because plain HTML forms send empty ones.
 */
import { z } from '@hono/zod-openapi'
import { type PriceRange, SORTS } from '../search/contract.ts'
import { QUERY_FORM_MAX } from './url.ts'

const FACETS_MAX = 20
const VALUES_MAX = 50
const VALUE_LENGTH_MAX = 256
const PATH_LENGTH_MAX = 1_000
const CURSOR_LENGTH_MAX = 2_000
export const PAGE_SIZE_DEFAULT = 24

/** Problem to answer with instead of `bad-request`, carried by a zod issue. */
export const TOO_LONG = { problem: 'query-too-long' } as const

const CONTROL = /[\u0000-\u001f\u007f]/

const single = z.string({
  error: (issue) => (Array.isArray(issue.input) ? 'is given more than once; give it once' : 'is missing'),
})
export const blankAsAbsent = <T extends z.ZodType>(schema: T) =>
  z.preprocess((given) => (given === '' ? undefined : given), schema)
const plain = (max: number) =>
  single
    .max(max, `has more than ${max} characters`)
    .refine((text) => !CONTROL.test(text), 'has control characters')

/** Control characters in a query are cleaned by search, not refused. */
const queryText = single
  .refine((text) => text.length <= QUERY_FORM_MAX, {
    error: 'is too long: at most 200 characters are searched',
    params: TOO_LONG,
  })
  .default('')

export const integer = (min: number, max: number, fallback: number) =>
  blankAsAbsent(
    single
      .regex(/^-?\d+$/, 'is not a whole number')
      .transform(Number)
      .refine((value) => value >= min && value <= max, `is not between ${min} and ${max}`)
      .default(fallback),
  ).openapi({ type: 'integer', minimum: min, maximum: max, default: fallback })

const category = blankAsAbsent(plain(PATH_LENGTH_MAX).nullable().default(null)).openapi({
  type: 'string',
  param: { description: 'Category in which to look: slugs from the root, joined by `/`' },
  example: 'storage/hard-drives',
})

const PRICE = /^(\d*)-(\d*)$/
const price = blankAsAbsent(
  plain(40)
    .transform((text, ctx): PriceRange => {
      const [, low = '', high = ''] = PRICE.exec(text) ?? []
      const min = low === '' ? null : Number(low)
      const max = high === '' ? null : Number(high)
      if (min === null && max === null) ctx.addIssue('is not MIN-MAX in whole minor units, such as 0-2000')
      else if (!isMinor(min) || !isMinor(max)) ctx.addIssue('goes beyond 2^53')
      else if (min !== null && max !== null && min > max) ctx.addIssue('ends before it begins')
      return { min, max }
    })
    .nullable()
    .default(null),
).openapi({
  type: 'string',
  param: { description: 'Price in minor units, both ends included, either may be left out' },
  example: '0-2000',
})

function isMinor(value: number | null): boolean {
  return value === null || Number.isSafeInteger(value)
}

const facets = single
  .transform((text, ctx): readonly string[] => {
    const names = text.split(',').filter((name) => name !== '')
    if (names.length > FACETS_MAX) ctx.addIssue(`names more than ${FACETS_MAX} facets`)
    if (CONTROL.test(text)) ctx.addIssue('has control characters')
    return [...new Set(names)]
  })
  .nullable()
  .default(null)
  .openapi({
    type: 'string',
    param: { description: 'Facets to count, joined by commas. Absent: the known ones. Empty: none' },
    example: 'brand,price',
  })

/** Chosen facet values, gathered from every `f.NAME`. */
const filters = z
  .array(z.tuple([z.string(), z.array(z.string())]))
  .superRefine((given, ctx) => {
    const fault = (name: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: name === '' ? [] : [name], message })
    if (given.length > FACETS_MAX) fault('', `filters by more than ${FACETS_MAX} facets`)
    for (const [name, values] of given) {
      if (name === '') fault('', 'has no facet name: write f.NAME=VALUE')
      if (name.length > 64 || CONTROL.test(name)) fault(name.slice(0, 64), 'is not the name of a facet')
      if (values.length > VALUES_MAX) fault(name, `has more than ${VALUES_MAX} values`)
      if (values.some((value) => value === '' || value.length > VALUE_LENGTH_MAX))
        fault(name, `has an empty value or one of more than ${VALUE_LENGTH_MAX} characters`)
      if (values.some((value) => CONTROL.test(value))) fault(name, 'has control characters')
    }
  })
  .transform((given): ReadonlyMap<string, readonly string[]> => new Map(given))
  .openapi({
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' }, maxItems: VALUES_MAX },
    maxProperties: FACETS_MAX,
    param: {
      style: 'form',
      explode: true,
      required: false,
      description:
        'Filters, as `f.NAME=VALUE` (`f.brand=HP&f.brand=Dell`): the values of one facet are alternatives, facets narrow each other',
    },
    example: { 'f.brand': ['HP', 'Dell'] },
  })

type RawQuery = Readonly<Record<string, string | readonly string[]>>

/** `f.brand=HP&f.brand=Dell` to one field, so that everything else can be a strict list of names. */
function gatherFilters(raw: unknown): unknown {
  const rest: Record<string, unknown> = {}
  const found: [name: string, values: unknown[]][] = []
  for (const [name, value] of Object.entries(raw as RawQuery)) {
    if (name === 'f' || name.startsWith('f.')) found.push([name.slice(2), [value].flat()])
    else rest[name] = value
  }
  return { ...rest, f: found }
}

type StrictObject<S extends z.ZodRawShape> = z.ZodObject<S, z.core.$strict>

/** A strict list of parameters beside any number of `f.NAME`. A pipe wants a schema that takes anything. */
const withFilters = <S extends z.ZodRawShape>(shape: S) => {
  const schema: z.ZodType<z.output<StrictObject<S>>, unknown> & StrictObject<S> = z.strictObject(shape)
  return z.pipe(z.transform(gatherFilters), schema)
}

const described = <T extends z.ZodType>(schema: T, description: string, example?: string) =>
  schema.openapi({ param: { description }, ...(example === undefined ? {} : { example }) })

const searchFields = {
  q: described(queryText, 'What to look for, as typed; at most 200 characters', 'wireless mouse'),
  category,
  f: filters,
  price,
  sort: blankAsAbsent(
    z.enum(SORTS, { error: `is not one of ${SORTS.join(', ')}` }).default('relevance'),
  ).openapi({ type: 'string', enum: [...SORTS], default: 'relevance' }),
  page: integer(1, Number.MAX_SAFE_INTEGER, 1),
  size: integer(1, 100, PAGE_SIZE_DEFAULT),
  facets,
  cursor: blankAsAbsent(plain(CURSOR_LENGTH_MAX).nullable().default(null)).openapi({
    type: 'string',
    param: { description: 'From the answer before: continues after its last hit, instead of `page`' },
  }),
  exact: blankAsAbsent(
    z
      .enum(['0', '1', 'false', 'true'], { error: 'is not 0 or 1' })
      .transform((text) => text === '1' || text === 'true')
      .default(false),
  ).openapi({
    type: 'string',
    enum: ['0', '1', 'false', 'true'],
    param: { description: 'Take the words as typed: no correction, no loosening' },
  }),
}

export const SearchParameters = withFilters(searchFields)

export const FacetParameters = withFilters({
  q: searchFields.q,
  category,
  f: filters,
  price,
  contains: described(plain(100).default(''), 'Only values that contain this text, whatever the case', 'sea'),
})

export const SuggestParameters = z.strictObject({
  q: described(single.default(''), 'What has been typed so far', 'wireless mo'),
  scope: blankAsAbsent(plain(PATH_LENGTH_MAX).nullable().default(null)).openapi({
    type: 'string',
    param: { description: 'Category to suggest for: slugs joined by `/`' },
  }),
  size: integer(1, 20, 8),
})

/** For routes without parameters: anything given is a mistake. */
export const NoParameters = z.strictObject({})

const ITEM_ID_MAX = 2n ** 63n - 1n // bigint in Postgres
function isItemId(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && BigInt(text) <= ITEM_ID_MAX
}

export const ItemPath = z.object({
  id: z
    .string()
    .refine(isItemId, 'is not an item id: a whole number from 1 to 9223372036854775807')
    .openapi({ param: { description: 'Item id' }, example: '4711' }),
})
export const CategoryPath = z.object({
  path: plain(PATH_LENGTH_MAX).openapi({
    param: { description: 'Slugs from the root, joined by `/` (not encoded)' },
    example: 'storage/hard-drives',
  }),
})
export const FacetPath = z.object({
  name: plain(64).openapi({ param: { description: 'Facet name' }, example: 'brand' }),
})
