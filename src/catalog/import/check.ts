/**
 * A candidate becomes an item or a list of faults. The limits are those of the table `items`; Postgres counts
 * characters and JavaScript UTF-16 units, so nothing passes here that Postgres refuses.
 */
import { z } from 'zod'
import { AVAILABILITIES, CATEGORY_SEPARATOR } from '../item.ts'
import { checkAttributes, textFault } from './attributes.ts'
import { type Candidate, type Fault, type ImportItem, ITEM_FIELDS } from './item.ts'

export type CheckedRow =
  | { readonly ok: true; readonly item: ImportItem }
  | { readonly ok: false; readonly faults: readonly Fault[] }

const CATEGORY_DEPTH_MAX = 8
const CODES_MAX = 50
/** Real feeds hold over 50 numbers for items that are sold in many countries. */
const GTINS_MAX = 500

const text = (max: number) =>
  z
    .string(`expected text of 1..${max} characters`)
    .min(1, `expected text of 1..${max} characters`)
    .max(max, `expected at most ${max} characters`)
    .superRefine((value, context) => {
      const fault = textFault(value)
      if (fault !== null) context.addIssue(fault)
    })

const CATEGORY_NAME = text(200).refine((name) => !name.includes(CATEGORY_SEPARATOR), {
  message: `a category name cannot hold "${CATEGORY_SEPARATOR}", which joins the names of a path`,
})
const PRICE = 'expected an integer 0..9007199254740991, in minor units'
const POPULARITY = 'expected a number 0..1'
const DATE = 'expected an ISO 8601 date between 1900 and 2200'

const SCHEMA = z.object({
  sku: text(200),
  name: text(1000),
  brand: text(200).nullable(),
  model: text(500).nullable(),
  description: text(100_000).nullable(),
  category: z
    .array(CATEGORY_NAME, 'expected category names from the root')
    .min(1, 'expected at least one category name')
    .max(CATEGORY_DEPTH_MAX, `expected at most ${CATEGORY_DEPTH_MAX} category names`),
  price_minor: z.int(PRICE).min(0, PRICE).nullable(),
  gtin: z
    .array(
      z.string('expected digits').regex(/^\d{6,14}$/, 'expected 6 to 14 digits'),
      'expected a list of numbers',
    )
    .max(GTINS_MAX, `expected at most ${GTINS_MAX} values`),
  codes: z.array(text(64), 'expected a list of texts').max(CODES_MAX, `expected at most ${CODES_MAX} values`),
  image_url: text(2000)
    .refine((url) => URL.canParse(url) && /^https?:/i.test(url), 'expected an http or https URL')
    .nullable(),
  status: z.enum(['active', 'hidden'], 'expected active or hidden').nullable(),
  created_at: z
    .string(DATE)
    .transform((given) => isoTime(given))
    .refine((time) => time !== '', DATE)
    .nullable(),
  availability: z.enum(AVAILABILITIES, `expected ${AVAILABILITIES.join(', ')}`).nullable(),
  popularity: z.number(POPULARITY).min(0, POPULARITY).max(1, POPULARITY).nullable(),
})

/**
 * @param candidate what a field mapping made of a record
 * @param currency the configured one; a row that names another is refused
 */
export function checkItem(candidate: Candidate, currency: string): CheckedRow {
  const tidied = tidy(candidate)
  const parsed = SCHEMA.safeParse(tidied)
  const { attrs, faults: attributeFaults } = checkAttributes(candidate.attrs)
  const faults: Fault[] = [...attributeFaults]
  if (tidied['currency'] !== null && tidied['currency'] !== currency) {
    faults.push({ field: 'currency', reason: `expected ${currency}, the currency in AISLE_CURRENCY` })
  }
  if (parsed.success && faults.length === 0) return { ok: true, item: { ...parsed.data, attrs } }
  const issues = parsed.success ? [] : parsed.error.issues
  return {
    ok: false,
    faults: [
      ...issues.map((issue) => ({ field: String(issue.path[0] ?? 'row'), reason: issue.message })),
      ...faults,
    ],
  }
}

const NUMBERS = new Set<string>(['price_minor', 'popularity'])
const LISTS = new Set<string>(['gtin', 'codes', 'category'])

/** One form for every way a file writes a field: texts trimmed, numbers in texts read, nothing is null. */
function tidy(candidate: Candidate): Record<string, unknown> {
  const tidied: Record<string, unknown> = {}
  for (const field of ITEM_FIELDS) {
    if (field === 'attrs') continue
    const value = candidate[field]
    if (LISTS.has(field)) tidied[field] = tidyList(value)
    else if (NUMBERS.has(field)) tidied[field] = tidyNumber(value)
    else tidied[field] = tidyText(value)
  }
  return tidied
}

function tidyText(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return value
  const trimmed = value.trim()
  return trimmed === '' ? null : trimmed
}

function tidyNumber(value: unknown): unknown {
  const given = typeof value === 'string' ? tidyText(value) : (value ?? null)
  return typeof given === 'string' && /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given
}

function tidyList(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return []
  return Array.isArray(value) ? value.map(tidyText).filter((part) => part !== null) : value
}

/** @returns ISO 8601 in UTC, or an empty text when it is no date of our time */
function isoTime(given: string): string {
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(given)) return ''
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(given.slice(10))
  const time = new Date(given.length === 10 || hasZone ? given : `${given.replace(' ', 'T')}Z`)
  if (Number.isNaN(time.getTime())) return ''
  return time.getUTCFullYear() >= 1900 && time.getUTCFullYear() <= 2200 ? time.toISOString() : ''
}
