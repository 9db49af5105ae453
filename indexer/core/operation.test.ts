import { expect, test } from 'vitest'
import { operationOf } from './operation.ts'

const done = () => undefined

test('a document is written whole, with its version also in the field lsn', () => {
  const { lines } = operationOf('7', 9_007_199_254_740_993n, { row_hash: 5 }, false, done)
  expect(lines).toBe(
    '{"index":{"_id":"7","version":9007199254740993,"version_type":"external_gte"}}\n{"row_hash":5,"lsn":9007199254740993}\n',
  )
})

test('a missing row is a delete in a live index', () => {
  const operation = operationOf('7', 5n, null, false, done)
  expect(operation.kind).toBe('delete')
  expect(operation.lines).toBe('{"delete":{"_id":"7","version":5,"version_type":"external_gte"}}\n')
})

test('a missing row is a tombstone in an index that is being built', () => {
  const operation = operationOf('7', 5n, null, true, done)
  expect(operation.kind).toBe('tombstone')
  expect(operation.lines.split('\n')[1]).toBe('{"lsn":5,"tombstone":true}')
})

test('an id with quotes stays one line of JSON', () => {
  const head = operationOf('a"b', 5n, null, false, done).lines.split('\n')[0] ?? ''
  expect(JSON.parse(head).delete._id).toBe('a"b')
})
