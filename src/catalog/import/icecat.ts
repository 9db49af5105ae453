/**
 * Open Icecat products as JSON lines (search design, section 3). Attributes are the `t_*` keys without their
 * prefix; `n_*` and `b_*` stay out: they repeat the text ones without a unit.
 */
import { codesAmong } from './codes.ts'
import type { Candidate, FieldMapping, FileRecord } from './item.ts'

/** The supplier's line break: a backslash and an n, not a line feed. */
const LINE_BREAK = '\\n'
const LIST_SEPARATOR = ', '
/** A longer value is prose: kept as one text, searchable, not a facet. */
const LIST_VALUE_MAX = 60
const PREFIX = 't_'

export const ICECAT: FieldMapping = {
  name: 'icecat',
  currency: 'EUR',
  uses: new Set([
    ...['id', 'title', 'name', 'brand', 'category', 'description', 'price_cents', 'ean', 'released_at'],
    ...['image_thumb', 'attributes'],
    ...['category_source', 'image', 'image_high'], // known and left out
  ]),
  toCandidate(record: FileRecord): Candidate {
    return {
      sku: record['id'],
      name: typeof record['title'] === 'string' ? parts(record['title']).join(' ') : record['title'],
      model: record['name'],
      brand: record['brand'],
      category: record['category'],
      description: record['description'],
      price_minor: record['price_cents'],
      gtin: record['ean'],
      created_at: record['released_at'],
      image_url: record['image_thumb'],
      attrs: textAttributes(record['attributes']),
      codes: codes(record),
    }
  },
}

/** Not the sku: 163 titles hold a number that is another item's id. */
function codes(record: FileRecord): string[] {
  const oem = fieldOf(record['attributes'], 't_oem_code')
  return codesAmong([
    ...(typeof record['name'] === 'string' ? [record['name']] : []),
    ...(typeof oem === 'string' ? oem.split(/[,/]/) : []), // "64436XE, 64416XE" are two cartridges' codes
  ])
}

function textAttributes(attributes: unknown): unknown {
  if (typeof attributes !== 'object' || attributes === null || Array.isArray(attributes)) return attributes
  const texts = Object.entries(attributes).filter(([key]) => key.startsWith(PREFIX))
  return Object.fromEntries(texts.map(([key, value]) => [key.slice(PREFIX.length), textValue(value)]))
}

function textValue(value: unknown): unknown {
  if (typeof value !== 'string') return value
  const lines = parts(value)
  if (value.length > LIST_VALUE_MAX) return lines.join('\n')
  const list = lines.flatMap((line) => line.split(LIST_SEPARATOR)).map((part) => part.trim())
  return list.length > 1 ? list.filter((part) => part !== '') : list[0]
}

function parts(text: string): string[] {
  return text.split(LINE_BREAK).map((part) => part.trim())
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as FileRecord)[name] : undefined
}
