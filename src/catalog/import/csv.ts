/**
 * CSV (RFC 4180) that goes on after a broken record. A quote that is never closed swallows a whole file in an
 * ordinary parser; here the line with the quote is refused and reading goes on with the next one.
 */
import type { Fault } from './item.ts'

/** A physical line. null: it could not be read as text; the reason was reported before. */
export type TextLine = { readonly line: number; readonly text: string | null }

export type CsvRow =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly fault: Fault }

/** A quoted field may run over so many lines and characters; beyond, its quote counts as not closed. */
const RECORD_LINES_MAX = 1_000
const RECORD_CHARACTERS_MAX = 1_000_000

const DELIMITERS = [',', ';', '\t'] as const

/** The delimiter that the header line holds most often. */
export function delimiterOf(header: string): string {
  const count = (delimiter: string) => header.split(delimiter).length
  return DELIMITERS.reduce((best, next) => (count(next) > count(best) ? next : best))
}

/**
 * The fields of one record.
 * @returns `open` when a quoted field has no end in the text, `broken` when text follows a closing quote
 */
export function parseRecord(text: string, delimiter: string): string[] | 'open' | 'broken' {
  const fields: string[] = []
  let at = 0
  for (;;) {
    let end: number
    if (text[at] === '"') {
      const close = closingQuote(text, at + 1)
      if (close === -1) return 'open'
      end = close + 1
      if (end < text.length && text[end] !== delimiter) return 'broken'
      fields.push(text.slice(at + 1, close).replaceAll('""', '"'))
    } else {
      const next = text.indexOf(delimiter, at)
      end = next === -1 ? text.length : next
      fields.push(text.slice(at, end))
    }
    if (end >= text.length) return fields
    at = end + 1
  }
}

/** Index of the quote that closes a field, or -1. Two quotes in a row are one in the text. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}

/** Lines in, records out; keeps the lines of a record that is not complete yet. */
export class CsvRecords {
  readonly #delimiter: string
  readonly #columns: number
  #lines: TextLine[] = []

  /** @param columns fields that every record must have */
  constructor(delimiter: string, columns: number) {
    this.#delimiter = delimiter
    this.#columns = columns
  }

  /** @param isLast no line follows these */
  read(lines: readonly TextLine[], isLast: boolean): CsvRow[] {
    this.#lines.push(...lines)
    const rows: CsvRow[] = []
    let at = 0
    while (at < this.#lines.length) {
      const taken = this.#take(at, isLast)
      if (taken === 'more') break
      if (taken.row) rows.push(taken.row)
      at += taken.lines
    }
    this.#lines = this.#lines.slice(at)
    return rows
  }

  /** The record that begins at a line; null: nothing to give for it. */
  #take(at: number, isLast: boolean): { readonly row: CsvRow | null; readonly lines: number } | 'more' {
    const first = this.#lines[at]
    if (!first?.text) return { row: null, lines: 1 }
    let text = first.text
    let fields = parseRecord(text, this.#delimiter)
    let count = 1
    while (fields === 'open' && count < RECORD_LINES_MAX && text.length < RECORD_CHARACTERS_MAX) {
      const next = this.#lines[at + count]
      if (!next && !isLast) return 'more'
      if (!next || next.text === null) break
      text += `\n${next.text}`
      count += 1
      if (next.text.includes('"')) fields = parseRecord(text, this.#delimiter)
    }
    if (Array.isArray(fields) && fields.length === this.#columns) {
      return { row: { line: first.line, fields }, lines: count }
    }
    // Only the first line is given up: the lines after it may be records of their own.
    return { row: { line: first.line, fault: this.#fault(fields, count) }, lines: 1 }
  }

  #fault(fields: string[] | 'open' | 'broken', lines: number): Fault {
    if (fields === 'open' || lines > 1) return { field: 'row', reason: 'a quote is not closed' }
    if (fields === 'broken') return { field: 'row', reason: 'text follows a closing quote' }
    return { field: 'row', reason: `expected ${this.#columns} columns, got ${fields.length}` }
  }
}
