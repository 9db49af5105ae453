import { describe, expect, test } from 'vitest'
import { differenceOf, differingBuckets, differingFields, differingIds, judge } from './verify.ts'

describe('buckets', () => {
  test('only buckets with another count or another sum are drilled into', () => {
    const rows = [
      { bucket: 0, n: 3, hash_sum: 30 },
      { bucket: 1, n: 2, hash_sum: 20 },
      { bucket: 2, n: 2, hash_sum: 20 },
      { bucket: 10, n: 1, hash_sum: 5 },
    ]
    const documents = [
      { bucket: 0, n: 3, hash_sum: 30 },
      { bucket: 1, n: 2, hash_sum: 21 },
      { bucket: 2, n: 1, hash_sum: 20 },
      { bucket: 9, n: 1, hash_sum: 5 },
    ]
    expect(differingBuckets(rows, documents)).toEqual([1, 2, 9, 10])
  })
})

describe('one id', () => {
  test('a row without document is missing, a document without row is extra', () => {
    expect(differenceOf('7', { name: 'a' }, null)).toEqual({ id: '7', kind: 'missing' })
    expect(differenceOf('7', null, { name: 'a' })).toEqual({ id: '7', kind: 'extra' })
    expect(differenceOf('7', null, null)).toBeNull()
  })

  test('a single changed field is named', () => {
    const row = { name: 'a', price: 1, attrs: { x: '1', y: '2' } }
    expect(differenceOf('7', row, { ...row, price: 2, lsn: 9 })).toEqual({
      id: '7',
      kind: 'stale',
      fields: ['price'],
    })
  })

  test('order of keys and the fields of the indexer do not count', () => {
    const row = { name: 'a', attrs: { x: '1', y: ['2', '3'] }, none: undefined }
    expect(differingFields(row, { lsn: 5, attrs: { y: ['2', '3'], x: '1' }, name: 'a' })).toEqual([])
  })

  test('order of a list counts, and null is not absence', () => {
    expect(differingFields({ a: [1, 2], b: null }, { a: [2, 1] })).toEqual(['a', 'b'])
  })

  test('ids of either side are compared', () => {
    const rows = new Map([
      ['1', { h: 1 }],
      ['2', { h: 2 }],
    ])
    const documents = new Map([
      ['2', { h: 3 }],
      ['3', { h: 4 }],
    ])
    expect(differingIds(rows, documents)).toEqual(['1', '2', '3'])
  })
})

describe('writes under way', () => {
  const still = (content: Record<string, unknown> | null) => ({ before: content, after: content })

  test('a row and a document that stood still for two rounds are a difference', () => {
    const document = { h: 2, lsn: 7 }
    expect(judge('1', still({ h: 1 }), document, undefined)).toEqual({ is: 'moving' })
    expect(judge('1', still({ h: 1 }), document, { ...document })).toMatchObject({ is: 'different' })
    expect(judge('1', still({ h: 1 }), null, null)).toMatchObject({ is: 'different' })
  })

  test('a row that changed during the look convicts nobody', () => {
    const document = { h: 2, lsn: 7 }
    expect(judge('1', { before: { h: 1 }, after: { h: 3 } }, document, document)).toEqual({ is: 'moving' })
    expect(judge('1', { before: null, after: { h: 3 } }, null, null)).toEqual({ is: 'moving' })
  })

  test('a document written since the round before is not convicted: its row may have come and gone', () => {
    expect(judge('1', still(null), { h: 2, lsn: 8 }, { h: 2, lsn: 7 })).toEqual({ is: 'moving' })
    expect(judge('1', still(null), { h: 2, lsn: 8 }, null)).toEqual({ is: 'moving' })
  })

  test('a document newer than the first look is equal to the second', () => {
    expect(judge('1', { before: { h: 1 }, after: { h: 2 } }, { h: 2 }, undefined)).toEqual({ is: 'equal' })
  })
})
