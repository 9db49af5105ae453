import { expect, test } from 'vitest'
import { LINE_BYTES_MAX, splitLines } from './lines.ts'
import { type RecordRow, readRecords } from './records.ts'

/** Records of a content that arrives in chunks of a few bytes. */
async function recordsOf(content: string | Buffer, chunkBytes = 7): Promise<RecordRow[]> {
  const bytes = Buffer.from(content)
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + chunkBytes))
    }
  }
  const rows: RecordRow[] = []
  for await (const some of readRecords(splitLines(chunks()))) rows.push(...some)
  return rows
}

test('JSON lines are records with their line numbers, blank lines and a byte order mark are passed over', async () => {
  expect(await recordsOf('\uFEFF{"a":1}\r\n\n{"a":2}')).toEqual([
    { line: 1, record: { a: 1 } },
    { line: 3, record: { a: 2 } },
  ])
})

test('a broken line, a line of another kind and bytes that are no UTF-8 cost only themselves', async () => {
  const bad = Buffer.from([0x7b, 0xff, 0x7d])
  const content = Buffer.concat([Buffer.from('{"a":1}\n{"a":\n[1]\n'), bad, Buffer.from('\n{"a":2}\n')])
  expect(await recordsOf(content)).toEqual([
    { line: 1, record: { a: 1 } },
    { line: 2, fault: { field: 'row', reason: 'is not JSON' } },
    { line: 3, fault: { field: 'row', reason: 'expected a JSON object' } },
    { line: 4, fault: { field: 'row', reason: 'is not UTF-8' } },
    { line: 5, record: { a: 2 } },
  ])
})

test('a line that is far too long is refused without being kept, and the next one is read', async () => {
  const rows = await recordsOf(`{"a":1}\n{"a":"${'x'.repeat(LINE_BYTES_MAX)}"}\n{"a":2}\n`, 1_000_000)
  expect(rows.map((row) => ('fault' in row ? row.line : row.record))).toEqual([{ a: 1 }, 2, { a: 2 }])
})

test('CSV records carry the names of the header', async () => {
  expect(await recordsOf('sku;name\nA1;"two\nlines"\nA2;x;y\nA3;z')).toEqual([
    { line: 2, record: { sku: 'A1', name: 'two\nlines' } },
    { line: 4, fault: { field: 'row', reason: 'expected 2 columns, got 3' } },
    { line: 5, record: { sku: 'A3', name: 'z' } },
  ])
})

test('a file that is neither JSON lines nor CSV is refused as a whole', async () => {
  await expect(recordsOf('just some words\n')).rejects.toThrow('neither JSON lines')
})
