import { expect, test } from 'vitest'
import { afterRefusal, cartAnswer } from './cart-answer.ts'

const row = (sku: string, qty: number, seen_price_minor: number | null = null) => ({
  sku,
  qty,
  seen_price_minor,
})

/** One item of 1,000 minor units with 10 on the shelf. */
const item = (sku: string, changes: { price_minor?: number | null; is_active?: boolean } = {}) => ({
  ...{ sku, item_id: '1', name: `The ${sku}`, brand: null, image_url: null, path_names: ['All'] },
  ...{ price_minor: 1_000 as number | null, currency: 'EUR', is_active: true },
  ...changes,
})
const stock = (
  sku: string,
  changes: Partial<Record<'available' | 'queue' | 'max_per_cart' | 'limit_qty', number>> = {},
) => ({
  ...{ sku, available: 10, low_at: 3, queue: 0, max_per_cart: 99, limit_qty: null as number | null, ver: 1 },
  ...changes,
})
type Facts = Parameters<typeof cartAnswer>[1]
const facts = (
  items: readonly ReturnType<typeof item>[],
  units: readonly ReturnType<typeof stock>[],
  bundles: Facts['bundles'] = new Map(),
): Facts => ({
  items: new Map(items.map((one) => [one.sku, one])),
  stock: new Map(units.map((one) => [one.sku, one])),
  bundles,
})

test.each([
  ['as many as there are', 10, {}, 'available', 10],
  ['few are left', 2, { available: 3 }, 'low', 2],
  ['more than there are', 5, { available: 2 }, 'short', 2],
  ['none is left', 1, { available: 0 }, 'sold_out', 0],
  ['more are promised than there are', 1, { available: -4 }, 'sold_out', 0],
  ['others wait', 1, { queue: 2 }, 'queue', 0],
  ['more than one cart may have', 8, { max_per_cart: 5 }, 'too_many', 5],
  ['more than one customer may have', 3, { limit_qty: 2 }, 'too_many', 2],
] as const)('a cart line when %s', (_, qty, changes, state, obtainable) => {
  const { lines, total } = cartAnswer([row('a', qty)], facts([item('a')], [stock('a', changes)]))
  expect(lines[0]).toMatchObject({ state, obtainable })
  expect(total).toBe(obtainable * 1_000)
})

test.each([
  ['hidden', [item('a', { is_active: false })], [stock('a')]],
  ['without a price', [item('a', { price_minor: null })], [stock('a')]],
  ['without stock of its own', [item('a')], []],
  ['deleted', [], [stock('a')]],
])('an item that is %s stays in the cart as not for sale', (_, items, units) => {
  const { lines, total, units: counted } = cartAnswer([row('a', 2)], facts(items, units))
  expect(lines[0]).toMatchObject({ state: 'not_for_sale', obtainable: 0 })
  expect({ total, counted }).toEqual({ total: 0, counted: 2 })
})

test('a bundle costs the sum of its parts and is as scarce as the scarcest of them', () => {
  const bundles = new Map([
    [
      'set',
      [
        { sku: 'a', qty: 2 },
        { sku: 'b', qty: 1 },
      ],
    ],
  ])
  const units = [stock('a', { available: 7 }), stock('b', { max_per_cart: 2 })]
  const { lines } = cartAnswer([row('set', 3)], facts([item('set'), item('a'), item('b')], units, bundles))
  expect(lines[0]).toMatchObject({ price: 3_000, available: 3, most: 2, state: 'too_many', is_bundle: true })
})

test('the total counts what can be had, the units everything that was put', () => {
  const units = [stock('a'), stock('b', { available: 0 })]
  const cart = cartAnswer([row('a', 2, 900), row('b', 1)], facts([item('a'), item('b')], units))
  expect(cart).toMatchObject({ total: 2_000, units: 3, currency: 'EUR' })
})

test('after a refusal the cart believes what it says, of the lines that it names', () => {
  const cart = cartAnswer(
    [row('a', 3), row('b', 1), row('c', 1)],
    facts(
      [item('a'), item('b'), item('c')],
      ['a', 'b', 'c'].map((sku) => stock(sku)),
    ),
  )
  const refused = [
    { sku: 'a', requested: 3, available: 2 },
    { sku: 'b', requested: 1, available: 0 },
  ]
  const after = afterRefusal(cart, refused)
  expect(after.lines.map(({ state, obtainable }) => [state, obtainable])).toEqual([
    ['short', 2],
    ['sold_out', 0],
    ['available', 1],
  ])
  expect(after.total).toBe(3_000)
})
