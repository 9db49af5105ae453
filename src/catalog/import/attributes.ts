/** Attributes of a row, checked: text, number, yes/no or a list of texts under snake_case keys. */
import type { Attributes, AttributeValue } from '../item.ts'
import type { Fault } from './item.ts'

const KEYS_MAX = 500
const KEY_MAX = 100
const TEXT_MAX = 20_000
const LIST_MAX = 200

export type CheckedAttributes = { readonly attrs: Attributes; readonly faults: readonly Fault[] }

/**
 * Check the attributes of one row. Null, empty text and empty lists are left out; keys are made snake_case.
 * @param value an object, or null for none
 */
export function checkAttributes(value: unknown): CheckedAttributes {
  if (value === null || value === undefined) return { attrs: {}, faults: [] }
  if (typeof value !== 'object' || Array.isArray(value)) return refused('attrs', 'expected an object')
  const entries = Object.entries(value)
  if (entries.length > KEYS_MAX) return refused('attrs', `expected at most ${KEYS_MAX} attributes`)
  const attrs: Record<string, AttributeValue> = {}
  const faults: Fault[] = []
  for (const [name, given] of entries) {
    if (given === null || given === undefined || given === '') continue
    const key = attributeKey(name)
    if (key === '' || key.length > KEY_MAX) {
      faults.push({ field: 'attrs', reason: `expected keys of letters and digits, at most ${KEY_MAX}` })
      continue
    }
    const checked = checkValue(given)
    if (checked === null) continue
    if (typeof checked === 'object' && 'reason' in checked)
      faults.push({ field: `attrs.${key}`, reason: checked.reason })
    else if (!Object.hasOwn(attrs, key)) attrs[key] = checked
  }
  return { attrs, faults }
}

/** snake_case of a key; a key that is already is not touched, so that it stays as the file has it. */
export function attributeKey(name: string): string {
  if (/^[a-z0-9_]+$/.test(name)) return name
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
}

/** Null: nothing to keep. */
function checkValue(value: unknown): AttributeValue | { readonly reason: string } | null {
  if (typeof value === 'boolean') return value
  if (typeof value === 'number')
    return Number.isFinite(value) ? value : { reason: 'expected a finite number' }
  if (typeof value === 'string') return checkText(value)
  if (Array.isArray(value)) return checkList(value)
  return { reason: 'expected text, a number, yes/no or a list of texts' }
}

function checkList(values: readonly unknown[]): AttributeValue | { readonly reason: string } | null {
  if (values.length > LIST_MAX) return { reason: `expected at most ${LIST_MAX} values` }
  const texts: string[] = []
  for (const value of values) {
    if (value === null) continue
    if (typeof value === 'object') return { reason: 'expected a list of texts' }
    const text = checkText(String(value))
    if (text !== null && typeof text === 'object') return text
    if (text !== null) texts.push(text)
  }
  return texts.length > 0 ? texts : null
}

function checkText(value: string): string | { readonly reason: string } | null {
  const text = value.trim()
  if (text === '') return null
  if (text.length > TEXT_MAX) return { reason: `expected at most ${TEXT_MAX} characters` }
  const reason = textFault(text)
  return reason === null ? text : { reason }
}

/** What makes a text unfit for Postgres, whatever its length; null: nothing. */
export function textFault(text: string): string | null {
  if (text.includes('\0')) return 'holds a NUL character, which Postgres cannot store'
  return text.isWellFormed() ? null : 'holds half of a surrogate pair, which is not text'
}

function refused(field: string, reason: string): CheckedAttributes {
  return { attrs: {}, faults: [{ field, reason }] }
}
