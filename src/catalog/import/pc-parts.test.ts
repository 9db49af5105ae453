import { expect, test } from 'vitest'
import { checkItem } from './check.ts'
import { PC_PARTS } from './pc-parts.ts'

const itemOf = (over: object) => {
  const record = {
    key: 'memory|Kingston KVR667D2S5/1G|993f',
    category: ['General', 'memory'],
    name: 'Kingston KVR667D2S5/1G',
    price: 83.59,
    rank_in_source: 100,
    attributes: { color: 'Green', modules: [1, 1], speed: [2, 667], cas_latency: 5, psu: null },
    ...over,
  }
  const checked = checkItem(PC_PARTS.toCandidate(record), 'USD')
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  return checked.item
}

test('a PC part becomes an item by the table of the search design', () => {
  expect(itemOf({})).toMatchObject({
    sku: 'memory|Kingston KVR667D2S5/1G|993f',
    name: 'Kingston KVR667D2S5/1G memory',
    brand: 'Kingston',
    model: 'Kingston KVR667D2S5/1G',
    category: ['General', 'Memory'],
    price_minor: 8359,
    codes: ['KVR667D2S5/1G'],
    popularity: 0.1,
    attrs: { color: 'Green', modules: '1 x 1 GB', speed: 'DDR2-667', cas_latency: 5 },
  })
})

test('a part without price has none', () => {
  expect(itemOf({ price: null }).price_minor).toBeNull()
})

test('category keys become words, abbreviations in capitals, names stay', () => {
  expect(itemOf({ category: ['Accessories / Other', 'cpu-cooler'] }).category).toEqual([
    'Accessories / Other',
    'CPU cooler',
  ])
})

test('a pair of numbers without a meaning of its own is a range', () => {
  expect(itemOf({ attributes: { rpm: [500, 1500] } }).attrs).toEqual({ rpm: '500 - 1500' })
})

test('at most four words of a name are codes', () => {
  expect(itemOf({ name: 'A B100 C200 D300 E400 F500' }).codes).toEqual(['B100', 'C200', 'D300', 'E400'])
})
