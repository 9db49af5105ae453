import { expect, test } from 'vitest'
import { fieldsOf, parseEntry } from './entry.ts'

const FIELDS = {
  id: '17',
  key: 'LAMP-7',
  ver: '812',
  type: 'stock.changed',
  payload: '{"sku":"LAMP-7","ver":812,"d":-2,"available":3,"queue":0,"via":"delta"}',
  lsn: '0/18C5760',
  at: '2026-11-23T14:02:10.114Z',
}

test('an entry is an event with the payload of its type', () => {
  expect(parseEntry('5-0', FIELDS)).toEqual({
    kind: 'event',
    event: {
      type: 'stock.changed',
      payload: { sku: 'LAMP-7', ver: 812, d: -2, available: 3, queue: 0, via: 'delta' },
      event_id: '17',
      stream_id: '5-0',
      key: 'LAMP-7',
      ver: 812,
      at: '2026-11-23T14:02:10.114Z',
    },
  })
})

test('a payload with more than this version knows is read, so that a newer writer can go first', () => {
  const payload = '{"ids":["0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01"],"later":1}'
  expect(parseEntry('5-0', { ...FIELDS, type: 'hold.created', ver: '0', payload }).kind).toBe('event')
})

test('a type that nobody knows is no fault', () => {
  expect(parseEntry('5-0', { ...FIELDS, type: 'moon.full' })).toEqual({ kind: 'unknown' })
})

test.each([
  ['a payload of another shape', { ...FIELDS, payload: '{"sku":"LAMP-7"}' }, 'ver: '],
  ['a payload that is no JSON', { ...FIELDS, payload: '{' }, 'payload: '],
  ['an id that is no number', { ...FIELDS, id: 'x' }, 'id: '],
  ['no fields at all', {}, 'type: '],
])('an entry with %s is unreadable, and the reason has no values', (_what, fields, reason) => {
  const parsed = parseEntry('5-0', fields)
  expect(parsed).toMatchObject({ kind: 'unreadable', error: expect.stringContaining(reason) })
  expect(JSON.stringify(parsed)).not.toContain('LAMP')
})

test('names and values in turn are fields by name', () => {
  expect(fieldsOf(['id', '1', 'key', ''])).toEqual({ id: '1', key: '' })
})
