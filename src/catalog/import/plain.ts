/**
 * Aisle's own format: fields named as the columns of `items`, beside `category` (names from the root),
 * `availability` and `popularity`. In CSV, lists are joined by `|`, the category path by ` > `, and an
 * attribute has a column `attrs.NAME`.
 */
import { CATEGORY_SEPARATOR } from '../item.ts'
import { type Candidate, type FieldMapping, type FileRecord, ITEM_FIELDS } from './item.ts'

const LIST_SEPARATOR = '|'
export const ATTRIBUTE_COLUMN = 'attrs.'

export const PLAIN: FieldMapping = {
  name: 'plain',
  currency: null,
  uses: new Set(ITEM_FIELDS),
  toCandidate(record: FileRecord): Candidate {
    return {
      ...record,
      category: splitText(record['category'], CATEGORY_SEPARATOR),
      gtin: splitText(record['gtin'], LIST_SEPARATOR),
      codes: splitText(record['codes'], LIST_SEPARATOR),
      attrs: { ...objectOf(record['attrs']), ...attributeColumns(record) },
    }
  },
}

/** A text that stands for a list; anything else as it is. */
export function splitText(value: unknown, separator: string): unknown {
  return typeof value === 'string' && value !== '' ? value.split(separator).map((part) => part.trim()) : value
}

/** CSV has no objects: JSON in a text is read, other things are left to the check. */
function objectOf(value: unknown): object {
  if (typeof value === 'object' && value !== null) return value
  if (typeof value !== 'string' || value === '') return {}
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' && parsed !== null ? parsed : { attrs: { value } }
  } catch {
    return { attrs: { value } } // an object as a value: the check refuses it and names the field
  }
}

function attributeColumns(record: FileRecord): Record<string, unknown> {
  const columns = Object.entries(record).filter(([name]) => name.startsWith(ATTRIBUTE_COLUMN))
  return Object.fromEntries(
    columns.map(([name, value]) => [
      name.slice(ATTRIBUTE_COLUMN.length),
      typeof value === 'string' && value.includes(LIST_SEPARATOR) ? splitText(value, LIST_SEPARATOR) : value,
    ]),
  )
}
