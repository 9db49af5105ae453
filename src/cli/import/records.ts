/** Lines of a JSONL or CSV file as records; the kind is told by the first line that is not blank. */
import { isUtf8 } from 'node:buffer'
import { CsvRecords, delimiterOf, parseRecord, type TextLine } from '../../catalog/import/csv.ts'
import type { Fault, FileRecord } from '../../catalog/import/item.ts'
import { EXIT } from '../../command/command.ts'
import { ExitError } from '../../errors.ts'
import { LINE_BYTES_MAX, type Line } from './lines.ts'

/** A record of a line, or why the line has none. */
export type RecordRow =
  | { readonly line: number; readonly record: FileRecord }
  | { readonly line: number; readonly fault: Fault }

const BYTE_ORDER_MARK = /^\uFEFF/

/**
 * Records in the order of the file, in arrays. Blank lines are left out.
 * @throws ExitError(2) for a file that is neither JSON lines nor CSV with a usable header
 */
export async function* readRecords(lines: AsyncIterable<readonly Line[]>): AsyncGenerator<RecordRow[]> {
  let read: ((lines: readonly Line[], isLast: boolean) => RecordRow[]) | null = null
  for await (let chunk of lines) {
    if (read === null) {
      const first = chunk.findIndex((line) => line.bytes === null || line.bytes.length > 0)
      if (first === -1) continue
      chunk = chunk.slice(first)
      const head = chunk[0]?.bytes?.toString('utf8').replace(BYTE_ORDER_MARK, '') ?? ''
      if (head.trimStart().startsWith('{')) read = readJson
      else {
        read = csvReader(head)
        chunk = chunk.slice(1)
      }
    }
    const rows = read(chunk, false)
    if (rows.length > 0) yield rows
  }
  const rest = read?.([], true) ?? []
  if (rest.length > 0) yield rest
}

function readJson(lines: readonly Line[]): RecordRow[] {
  const rows: RecordRow[] = []
  for (const { line, bytes } of lines) {
    const text = textOf(bytes)
    if (typeof text !== 'string') rows.push({ line, fault: text })
    else if (text.trim() !== '') rows.push({ line, ...parseObject(text) })
  }
  return rows
}

function parseObject(text: string): { record: FileRecord } | { fault: Fault } {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { record: value as FileRecord }
    }
    return { fault: { field: 'row', reason: 'expected a JSON object' } }
  } catch {
    return { fault: { field: 'row', reason: 'is not JSON' } } // the parser's message repeats the row
  }
}

function csvReader(header: string): (lines: readonly Line[], isLast: boolean) => RecordRow[] {
  const delimiter = delimiterOf(header)
  const names = columnNames(header, delimiter)
  const records = new CsvRecords(delimiter, names.length)
  return (lines, isLast) => {
    const faults: RecordRow[] = []
    const texts = lines.map(({ line, bytes }): TextLine => {
      const text = textOf(bytes)
      if (typeof text === 'string') return { line, text }
      faults.push({ line, fault: text })
      return { line, text: null }
    })
    const rows = records
      .read(texts, isLast)
      .map(
        (row): RecordRow =>
          'fault' in row
            ? row
            : { line: row.line, record: Object.fromEntries(names.map((name, i) => [name, row.fields[i]])) },
      )
    return [...faults, ...rows]
  }
}

function columnNames(header: string, delimiter: string): string[] {
  const fields = parseRecord(header, delimiter)
  const names = Array.isArray(fields) ? fields.map((name) => name.trim()) : []
  const isUsable =
    names.length > 1 && names.every((name) => name !== '') && new Set(names).size === names.length
  if (isUsable) return names
  throw new ExitError(
    EXIT.usage,
    'the file is neither JSON lines (one object a line) nor CSV with a header of distinct column names',
  )
}

function textOf(bytes: Buffer | null): string | Fault {
  if (bytes === null) return { field: 'row', reason: `is longer than ${LINE_BYTES_MAX} bytes` }
  if (!isUtf8(bytes)) return { field: 'row', reason: 'is not UTF-8' }
  return bytes.toString('utf8').replace(BYTE_ORDER_MARK, '')
}
