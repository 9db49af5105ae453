/**
 * A field mapping as a file, for feeds that Aisle does not know:
 *
 *     { "currency": "EUR",
 *       "fields": { "sku": "id", "name": "title", "category": { "field": "path", "split": " / " },
 *                   "price_minor": { "field": "price", "times": 100 }, "status": { "value": "active" } },
 *       "attributes": { "object": "specs", "prefix": "spec_", "fields": ["colour", "size"] } }
 */
import { z } from 'zod'
import { type Candidate, type FieldMapping, type FileRecord, ITEM_FIELDS } from './item.ts'
import { splitText } from './plain.ts'

const SOURCE = z.union(
  [
    z.string().min(1),
    z.strictObject({
      field: z.string().min(1),
      split: z.string().min(1).optional(),
      times: z.number().positive().optional(),
    }),
    z.strictObject({ value: z.union([z.string(), z.number(), z.array(z.string())]) }),
  ],
  'expected a field name, { field, split?, times? } or { value }',
)
type Source = z.infer<typeof SOURCE>

const TARGETS = ITEM_FIELDS.filter((field) => field !== 'attrs' && field !== 'currency')

const MAPPING_FILE = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected three capital letters'),
  fields: z
    .partialRecord(z.enum(TARGETS), SOURCE)
    .refine(
      (fields) => fields.sku && fields.name && fields.category,
      'expected at least sku, name and category',
    ),
  attributes: z
    .strictObject({
      object: z.string().min(1).optional(),
      prefix: z.string().min(1).optional(),
      fields: z.array(z.string().min(1)).optional(),
    })
    .optional(),
})
type MappingFile = z.infer<typeof MAPPING_FILE>

export type MappingFileResult =
  | { readonly ok: true; readonly mapping: FieldMapping }
  | { readonly ok: false; readonly problems: readonly string[] }

/**
 * @param name shown in reports
 * @param content parsed JSON
 */
export function mappingFromFile(name: string, content: unknown): MappingFileResult {
  const parsed = MAPPING_FILE.safeParse(content)
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`),
    }
  }
  const file = parsed.data
  const sources = Object.entries(file.fields) as [keyof Candidate, Source][]
  return {
    ok: true,
    mapping: {
      name,
      currency: file.currency,
      uses: null,
      toCandidate: (record) => ({
        ...Object.fromEntries(sources.map(([target, source]) => [target, sourceValue(source, record)])),
        attrs: attributesOf(file.attributes, record),
      }),
    },
  }
}

function sourceValue(source: Source, record: FileRecord): unknown {
  if (typeof source === 'string') return record[source]
  if ('value' in source) return source.value
  const value = record[source.field]
  if (source.split !== undefined) return splitText(value, source.split)
  return source.times === undefined ? value : times(value, source.times)
}

/** Prices such as 12.99 in minor units: rounded, because 12.99 * 100 is not 1299 in binary. */
function times(value: unknown, factor: number): unknown {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? Math.round(number * factor) : value
}

function attributesOf(rule: MappingFile['attributes'], record: FileRecord): Record<string, unknown> {
  if (!rule) return {}
  const holder = rule.object === undefined ? {} : record[rule.object]
  const attributes: Record<string, unknown> =
    typeof holder === 'object' && holder !== null && !Array.isArray(holder) ? { ...holder } : {}
  for (const [field, value] of Object.entries(record)) {
    if (rule.prefix !== undefined && field.startsWith(rule.prefix))
      attributes[field.slice(rule.prefix.length)] = value
    if (rule.fields?.includes(field)) attributes[field] = value
  }
  return attributes
}
