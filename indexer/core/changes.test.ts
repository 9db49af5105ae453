import { describe, expect, test } from 'vitest'
import { createChangeReader } from './changes.ts'
import type { Message } from './pgoutput.ts'

const relation = (oid: number, table: string, columns: readonly string[]): Message => ({
  tag: 'relation',
  relation: {
    oid,
    schema: 'public',
    table,
    identity: 'd',
    columns: columns.map((name, i) => ({ name, isKey: i === 0, typeOid: 20 })),
  },
})

function reader() {
  const read = createChangeReader(new Map([['items', 'item_id']]), 'outbox')
  read(relation(1, 'items', ['item_id', 'name']))
  read(relation(2, 'outbox', ['id', 'topic']))
  read(relation(3, 'other', ['id']))
  return read
}

describe('changes', () => {
  test('a changed row is dirty by its key, without values', () => {
    expect(reader()({ tag: 'update', oid: 1, before: null, row: ['7', 'new name'] })).toEqual([
      { kind: 'dirty', table: 'items', key: '7' },
    ])
  })

  test('a change of the key makes both keys dirty', () => {
    expect(reader()({ tag: 'update', oid: 1, before: ['7', null], row: ['8', 'x'] })).toEqual([
      { kind: 'dirty', table: 'items', key: '7' },
      { kind: 'dirty', table: 'items', key: '8' },
    ])
  })

  test('a delete makes its key dirty', () => {
    expect(reader()({ tag: 'delete', oid: 1, before: ['7', null] })).toEqual([
      { kind: 'dirty', table: 'items', key: '7' },
    ])
  })

  test('tables that no mapping watches are passed over', () => {
    expect(reader()({ tag: 'insert', oid: 3, row: ['7'] })).toEqual([])
  })

  test('an outbox insert comes whole, other outbox changes not at all', () => {
    const read = reader()
    expect(read({ tag: 'insert', oid: 2, row: ['1', 'order.paid'] })).toEqual([
      { kind: 'event', row: { id: '1', topic: 'order.paid' } },
    ])
    expect(read({ tag: 'delete', oid: 2, before: ['1', null] })).toEqual([])
  })

  test('a truncate names its tables', () => {
    expect(reader()({ tag: 'truncate', oids: [1, 3] })).toEqual([
      { kind: 'truncate', tables: ['items', 'other'] },
    ])
  })

  test('a change of a table that was not described halts', () => {
    expect(() => reader()({ tag: 'insert', oid: 99, row: [] })).toThrow('before its description')
  })

  test('a key that the stream does not carry halts', () => {
    expect(() => reader()({ tag: 'delete', oid: 1, before: [undefined, 'x'] })).toThrow('replica identity')
  })
})
