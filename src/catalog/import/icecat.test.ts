import { expect, test } from 'vitest'
import { checkItem } from './check.ts'
import { ICECAT } from './icecat.ts'

const RECORD = {
  id: '1399',
  name: 'C4872A',
  title: 'HP 80 Original Cyan',
  brand: 'HP',
  category: ['Printing & Imaging', 'Ink Cartridges'],
  category_source: 'attr',
  price_cents: 12_595,
  description: '',
  ean: ['0882780756328'],
  released_at: '2006-07-01T00:00:00Z',
  image: 'http://images.example.com/large.jpg',
  image_thumb: 'http://images.example.com/thumb.jpg',
  attributes: { t_type: 'Original', n_width: 56, b_refill: true },
}
const itemOf = (over: object, attributes: object = {}) => {
  const record = { ...RECORD, ...over, attributes: { ...RECORD.attributes, ...attributes } }
  const checked = checkItem(ICECAT.toCandidate(record), 'EUR')
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  return checked.item
}

test('an Icecat record becomes an item by the table of the search design', () => {
  expect(itemOf({})).toEqual({
    sku: '1399',
    name: 'HP 80 Original Cyan',
    brand: 'HP',
    model: 'C4872A',
    description: null,
    category: ['Printing & Imaging', 'Ink Cartridges'],
    price_minor: 12_595,
    attrs: { type: 'Original' },
    gtin: ['0882780756328'],
    codes: ['C4872A'],
    image_url: 'http://images.example.com/thumb.jpg',
    status: null,
    created_at: '2006-07-01T00:00:00.000Z',
    availability: null,
    popularity: null,
  })
})

test('a short value with commas or line breaks is a list, a long one stays one text', () => {
  const long = `HP Designjet 5500/5000 Printer series\\n4000 Printer series, ${'x'.repeat(40)}`
  const { attrs } = itemOf({}, { t_os: 'Windows, Linux', t_ports: '1 x IEEE 1284\\n1 x FIR', t_fits: long })
  expect(attrs['os']).toEqual(['Windows', 'Linux'])
  expect(attrs['ports']).toEqual(['1 x IEEE 1284', '1 x FIR'])
  expect(attrs['fits']).toBe(`HP Designjet 5500/5000 Printer series\n4000 Printer series, ${'x'.repeat(40)}`)
})

test('codes are the model and the parts of the OEM code, never the id', () => {
  expect(itemOf({ name: 'Toner Cartridge' }, { t_oem_code: '64436XE, 64416XE' }).codes).toEqual([
    '64436XE',
    '64416XE',
  ])
  expect(itemOf({ name: '80' }).codes).toEqual([])
})

test('the line break of the feed inside a title is a space', () => {
  expect(itemOf({ title: 'Coupler 3 x RCA\\n 3 x RCA Black' }).name).toBe('Coupler 3 x RCA 3 x RCA Black')
})
