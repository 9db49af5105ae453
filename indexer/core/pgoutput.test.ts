import { describe, expect, test } from 'vitest'
import { decodeMessage } from './pgoutput.ts'

/** Bytes of one message, as the documentation lays them out. */
const u8 = (n: number) => Buffer.from([n])
const u16 = (n: number) => Buffer.from([n >> 8, n & 255])
const u32 = (n: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(n)
  return bytes
}
const u64 = (n: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(n)
  return bytes
}
const name = (text: string) => Buffer.from(`${text}\0`)
const textColumn = (text: string) =>
  Buffer.concat([Buffer.from('t'), u32(Buffer.byteLength(text)), Buffer.from(text)])
const message = (...parts: (Buffer | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))

describe('pgoutput', () => {
  test('begin tells the commit position before the rows come', () => {
    expect(decodeMessage(message('B', u64(77n), u64(1_500n), u32(4_000_000_000)))).toEqual({
      tag: 'begin',
      finalLsn: 77n,
      commitMs: 946_684_800_001.5,
      xid: 4_000_000_000,
    })
  })

  test('commit tells the exact end', () => {
    expect(decodeMessage(message('C', u8(0), u64(77n), u64(99n), u64(0n)))).toEqual({
      tag: 'commit',
      lsn: 77n,
      endLsn: 99n,
      commitMs: 946_684_800_000,
    })
  })

  test('relation tells which columns are the key', () => {
    const columns = [u8(1), name('item_id'), u32(20), u32(0), u8(0), name('näme'), u32(25), u32(0)]
    expect(
      decodeMessage(message('R', u32(5), name('public'), name('items'), 'd', u16(2), ...columns)),
    ).toEqual({
      tag: 'relation',
      relation: {
        oid: 5,
        schema: 'public',
        table: 'items',
        identity: 'd',
        columns: [
          { name: 'item_id', isKey: true, typeOid: 20 },
          { name: 'näme', isKey: false, typeOid: 25 },
        ],
      },
    })
  })

  test('a column that was not sent differs from null', () => {
    expect(decodeMessage(message('I', u32(5), 'N', u16(3), textColumn('7'), 'n', 'u'))).toEqual({
      tag: 'insert',
      oid: 5,
      row: ['7', null, undefined],
    })
  })

  test('an update of the key carries the old one', () => {
    const changed = message('U', u32(5), 'K', u16(1), textColumn('1'), 'N', u16(1), textColumn('2'))
    expect(decodeMessage(changed)).toEqual({ tag: 'update', oid: 5, before: ['1'], row: ['2'] })
  })

  test('an update of other columns carries none', () => {
    expect(decodeMessage(message('U', u32(5), 'N', u16(1), textColumn('2')))).toEqual({
      tag: 'update',
      oid: 5,
      before: null,
      row: ['2'],
    })
  })

  test('a delete carries the key', () => {
    expect(decodeMessage(message('D', u32(5), 'K', u16(2), textColumn('1'), 'n'))).toEqual({
      tag: 'delete',
      oid: 5,
      before: ['1', null],
    })
  })

  test('a truncate names every table', () => {
    expect(decodeMessage(message('T', u32(2), u8(1), u32(5), u32(6)))).toEqual({
      tag: 'truncate',
      oids: [5, 6],
    })
  })

  test('a logical message gives prefix and content', () => {
    expect(decodeMessage(message('M', u8(1), u64(9n), name('aisle.hb'), u32(2), 'hi'))).toEqual({
      tag: 'message',
      lsn: 9n,
      prefix: 'aisle.hb',
      content: 'hi',
    })
  })

  test('types and origins are passed over', () => {
    expect([decodeMessage(message('Y', 'abc')), decodeMessage(message('O', 'abc'))]).toEqual([
      { tag: 'ignored' },
      { tag: 'ignored' },
    ])
  })

  test('an unknown letter halts instead of losing a change', () => {
    expect(() => decodeMessage(message('S'))).toThrow('unknown message type "S"')
  })

  test('a message that ends too early is refused', () => {
    expect(() => decodeMessage(message('B', u32(1)))).toThrow(RangeError)
  })
})
