/**
 * Rows in the text format of COPY. Source: PostgreSQL documentation, "COPY", section "Text Format", and
 * "Arrays", section "Array Input and Output Syntax".
 */

/** What one column may hold. null: SQL null. A list becomes text[]. */
export type CopyValue = string | number | boolean | null | readonly string[]

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
const TO_ESCAPE = /[\\\n\r\t]/g

/** One line, with its line feed. Texts must not hold NUL. */
export function copyLine(values: readonly CopyValue[]): string {
  return `${values.map(copyField).join('\t')}\n`
}

function copyField(value: CopyValue): string {
  if (value === null) return '\\N'
  if (typeof value === 'object') return escaped(arrayLiteral(value))
  return typeof value === 'string' ? escaped(value) : String(value)
}

function escaped(text: string): string {
  return text.replaceAll(TO_ESCAPE, (character) => ESCAPES[character] ?? character)
}

/** Every element quoted, so that no text can be read as NULL or as a separator. */
function arrayLiteral(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/[\\"]/g, '\\$&')}"`).join(',')}}`
}
