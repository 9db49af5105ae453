import { describe, expect, test } from 'vitest'
import { checkItem } from './check.ts'
import { recognise } from './known.ts'
import { mappingFromFile } from './mapping-file.ts'
import { PLAIN } from './plain.ts'

describe('the mapping told by the fields of a file', () => {
  test.each([
    [['id', 'title', 'name', 'price_cents', 'attributes', 'category', 'ean'], 'icecat'],
    [['key', 'category', 'name', 'price', 'rank_in_source', 'attributes'], 'pc-parts'],
    [['sku', 'name', 'category', 'price_minor'], 'plain'],
    [['id', 'title'], undefined],
  ])('%j is %s', (fields, name) => {
    expect(recognise(fields)?.name).toBe(name)
  })
})

test('columns of CSV become lists, a path and attributes', () => {
  const candidate = PLAIN.toCandidate({
    sku: 'A1',
    name: 'Kettle',
    category: 'Kitchen > Kettles',
    gtin: '4006381333931|036000291452',
    codes: '',
    attrs: '{"power":"2200 W"}',
    'attrs.color': 'Red|Blue',
  })
  expect(checkItem(candidate, 'EUR')).toMatchObject({
    item: {
      category: ['Kitchen', 'Kettles'],
      gtin: ['4006381333931', '036000291452'],
      codes: [],
      attrs: { power: '2200 W', color: ['Red', 'Blue'] },
    },
  })
})

test('attributes that are no JSON are refused by name', () => {
  const candidate = PLAIN.toCandidate({ sku: 'A1', name: 'Kettle', category: 'Kitchen', attrs: '{broken' })
  expect(checkItem(candidate, 'EUR')).toMatchObject({ ok: false, faults: [{ field: 'attrs.attrs' }] })
})

describe('a mapping file', () => {
  const FILE = {
    currency: 'EUR',
    fields: {
      sku: 'id',
      name: 'title',
      category: { field: 'path', split: ' / ' },
      price_minor: { field: 'price', times: 100 },
      status: { value: 'hidden' },
    },
    attributes: { object: 'specs', prefix: 'spec_', fields: ['colour'] },
  }

  test('turns a record into an item', () => {
    const result = mappingFromFile('feed', FILE)
    if (!result.ok) throw new Error(result.problems.join())
    const record = { id: 1, title: 'Kettle', path: 'Kitchen / Kettles', price: '12.99', colour: 'Red' }
    const candidate = result.mapping.toCandidate({ ...record, specs: { power: '1 kW' }, spec_lid: 'Glass' })
    expect(checkItem(candidate, 'EUR')).toMatchObject({
      item: {
        sku: '1',
        category: ['Kitchen', 'Kettles'],
        price_minor: 1299,
        status: 'hidden',
        attrs: { power: '1 kW', lid: 'Glass', colour: 'Red' },
      },
    })
  })

  test('reports every problem with its place', () => {
    const result = mappingFromFile('feed', { currency: 'euro', fields: { sku: 'id', colour: 'c' }, more: 1 })
    expect(result).toMatchObject({ ok: false })
    expect(result.ok ? [] : result.problems.map((problem) => problem.split(':')[0])).toEqual(
      expect.arrayContaining(['currency', 'fields', 'the file']),
    )
  })
})
