import { describe, expect, test } from 'vitest'
import { CsvRecords, delimiterOf, parseRecord } from './csv.ts'

const lines = (...texts: (string | null)[]) => texts.map((text, i) => ({ line: i + 2, text }))

describe('one record of a CSV file', () => {
  test('quotes, doubled quotes and empty fields are read', () => {
    expect(parseRecord('a,"b, ""c""",,d', ',')).toEqual(['a', 'b, "c"', '', 'd'])
  })

  test('a quote inside an unquoted field is text', () => {
    expect(parseRecord('17" monitor,x', ',')).toEqual(['17" monitor', 'x'])
  })

  test('a delimiter at the end is an empty last field', () => {
    expect(parseRecord('a,', ',')).toEqual(['a', ''])
  })

  test('text after a closing quote breaks the record', () => {
    expect(parseRecord('"a"b,c', ',')).toBe('broken')
  })
})

describe('records of a CSV file', () => {
  test('a quoted field runs over several lines and over two reads', () => {
    const records = new CsvRecords(',', 2)
    expect(records.read([{ line: 2, text: 'a,"one' }], false)).toEqual([])
    expect(records.read([{ line: 3, text: 'two"' }], true)).toEqual([{ line: 2, fields: ['a', 'one\ntwo'] }])
  })

  test('an unclosed quote costs its own line only', () => {
    const rows = new CsvRecords(',', 2).read(lines('a,"open', 'b,2', 'c,3'), true)
    expect(rows).toEqual([
      { line: 2, fault: { field: 'row', reason: 'a quote is not closed' } },
      { line: 3, fields: ['b', '2'] },
      { line: 4, fields: ['c', '3'] },
    ])
  })

  test('an unclosed quote that meets the quotes of the next record costs its own line only', () => {
    const rows = new CsvRecords(',', 2).read(lines('a,"open', 'b,"2"', 'c,3'), true)
    expect(rows.map((row) => ('fields' in row ? row.fields : row.line))).toEqual([2, ['b', '2'], ['c', '3']])
  })

  test('a record with a column too many is refused with both numbers', () => {
    expect(new CsvRecords(',', 2).read(lines('a,b,c'), true)).toEqual([
      { line: 2, fault: { field: 'row', reason: 'expected 2 columns, got 3' } },
    ])
  })

  test('blank lines and lines that are no text give nothing', () => {
    expect(new CsvRecords(',', 2).read(lines('', null, 'a,b'), true)).toEqual([
      { line: 4, fields: ['a', 'b'] },
    ])
  })
})

test.each([
  ['sku,name,price', ','],
  ['sku;name;price', ';'],
  ['sku\tname', '\t'],
])('the header %j shows its delimiter', (header, delimiter) => {
  expect(delimiterOf(header)).toBe(delimiter)
})
