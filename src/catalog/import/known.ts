/** The mappings that Aisle knows by name, and how a file tells which one it needs. */
import { ICECAT } from './icecat.ts'
import type { FieldMapping } from './item.ts'
import { PC_PARTS } from './pc-parts.ts'
import { PLAIN } from './plain.ts'

/** Fields that only a file of that kind has together. */
const KNOWN: readonly { readonly mapping: FieldMapping; readonly marks: readonly string[] }[] = [
  { mapping: ICECAT, marks: ['id', 'title', 'price_cents', 'attributes', 'category'] },
  { mapping: PC_PARTS, marks: ['key', 'name', 'rank_in_source', 'category'] },
  { mapping: PLAIN, marks: ['sku', 'name', 'category'] },
]

export const KNOWN_NAMES: readonly string[] = KNOWN.map(({ mapping }) => mapping.name)

/** The mapping of that name; null for an unknown name. */
export function knownMapping(name: string): FieldMapping | null {
  return KNOWN.find(({ mapping }) => mapping.name === name)?.mapping ?? null
}

/** The mapping whose fields a record has; null when none fits. */
export function recognise(fields: readonly string[]): FieldMapping | null {
  const has = new Set(fields)
  return KNOWN.find(({ marks }) => marks.every((mark) => has.has(mark)))?.mapping ?? null
}
