import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkItem } from './check.ts'
import type { Candidate } from './item.ts'

const GOOD: Candidate = { sku: 'A1', name: 'Thing', category: ['Things'] }
const check = (over: Candidate) => checkItem({ ...GOOD, ...over }, 'EUR')
const faultOf = (over: Candidate) => {
  const checked = check(over)
  return checked.ok ? null : checked.faults.map(({ field }) => field)
}

describe('a row is refused with the name of its field', () => {
  test.each<[string, Candidate]>([
    ['name', { name: '   ' }],
    ['name', { name: 'x'.repeat(1001) }],
    ['name', { name: 'a\0b' }],
    ['name', { name: 'half of a pair: \ud83d' }],
    ['sku', { sku: null }],
    ['sku', { sku: { nested: true } }],
    ['price_minor', { price_minor: -1 }],
    ['price_minor', { price_minor: 12.5 }],
    ['price_minor', { price_minor: 'cheap' }],
    ['price_minor', { price_minor: 2 ** 53 }],
    ['currency', { currency: 'USD' }],
    ['category', { category: [] }],
    ['category', { category: ['A > B'] }],
    ['category', { category: 'Things' }],
    ['gtin', { gtin: ['12-34'] }],
    ['image_url', { image_url: 'javascript:alert(1)' }],
    ['status', { status: 'gone' }],
    ['availability', { availability: 'soon' }],
    ['popularity', { popularity: 2 }],
    ['created_at', { created_at: '2020-02-31x' }],
    ['created_at', { created_at: '9999-01-01' }],
    ['attrs', { attrs: 'red' }],
    ['attrs.color', { attrs: { color: { r: 1 } } }],
    ['attrs.color', { attrs: { color: 'a\0b' } }],
    ['attrs.size', { attrs: { size: Number.POSITIVE_INFINITY } }],
  ])('%s of %j', (field, over) => {
    expect(faultOf(over)).toEqual([field])
  })
})

test('every fault of a row is reported at once', () => {
  expect(faultOf({ name: null, price_minor: -1, attrs: [] })).toEqual(['name', 'price_minor', 'attrs'])
})

test('texts are trimmed, numbers in texts are read, and empty is null', () => {
  const checked = check({ sku: 7, name: ' Thing ', brand: '', price_minor: '1299', created_at: '2024-05-06' })
  expect(checked).toMatchObject({
    ok: true,
    item: { sku: '7', name: 'Thing', brand: null, price_minor: 1299, created_at: '2024-05-06T00:00:00.000Z' },
  })
})

test('attribute keys become snake_case and empty values are left out', () => {
  const attrs = { 'Storage Temperature': '5', Größe: ['L', '', null], 'a.b': 1, none: null, blank: ' ' }
  expect(check({ attrs })).toMatchObject({
    item: { attrs: { storage_temperature: '5', grosse: ['L'], a_b: 1 } },
  })
})

test('whatever a file holds, a row is an item or has faults, and nothing is thrown', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom(...Object.keys(GOOD), 'attrs', 'gtin'), fc.anything()),
      (row) => {
        const checked = checkItem(row, 'EUR')
        expect(checked.ok || checked.faults.length > 0).toBe(true)
      },
    ),
  )
})
