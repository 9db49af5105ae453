import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isGtin } from '../gtin.ts'
import { checkItem } from '../import/check.ts'
import { DEPARTMENTS } from './departments/all.ts'
import { generateItems } from './generate.ts'
import { valuesOf } from './shop.ts'

const items = [...generateItems(3_000, 1)]
const hash = (count: number, seed: number) =>
  createHash('sha256')
    .update(JSON.stringify([...generateItems(count, seed)]))
    .digest('hex')

describe('the synthetic shop', () => {
  test('one seed gives the same bytes twice, another seed gives others', () => {
    expect(hash(500, 7)).toBe(hash(500, 7))
    expect(hash(500, 8)).not.toBe(hash(500, 7))
  })

  test('a smaller shop is the beginning of a larger one', () => {
    expect([...generateItems(100, 1)]).toEqual(items.slice(0, 100))
  })

  test('every item passes the checks of the import unchanged', () => {
    for (const item of items) {
      expect(checkItem(item, 'EUR')).toEqual({ ok: true, item })
    }
  })

  test('skus and gtins are unique and every gtin has its check digit', () => {
    expect(new Set(items.map((item) => item.sku)).size).toBe(items.length)
    expect(new Set(items.flatMap((item) => item.gtin)).size).toBe(items.length)
    expect(items.flatMap((item) => item.gtin).filter((gtin) => !isGtin(gtin))).toEqual([])
  })

  test('few items are popular and most are not', () => {
    const scores = items.map((item) => item.popularity ?? 0).sort((a, b) => b - a)
    expect(scores[0]).toBeGreaterThan(0.5)
    expect(scores[300]).toBeLessThan(0.2)
  })

  test('most items are in stock and hardly any is without price', () => {
    const share = (n: number) => n / items.length
    expect(share(items.filter((item) => item.availability === 'in_stock').length)).toBeGreaterThan(0.8)
    expect(share(items.filter((item) => item.price_minor === null).length)).toBeLessThan(0.02)
  })
})

describe('the departments as written', () => {
  const leaves = DEPARTMENTS.flatMap((department) => department.groups.flatMap((group) => group.leaves))

  test('there are 8 to 12 departments and 60 categories or more', () => {
    expect(DEPARTMENTS.length).toBeGreaterThanOrEqual(8)
    expect(DEPARTMENTS.length).toBeLessThanOrEqual(12)
    expect(leaves.length).toBeGreaterThanOrEqual(60)
  })

  test('named and varying attributes exist, and three features can be chosen', () => {
    const faults = leaves.filter((leaf) =>
      [leaf.varies, ...(leaf.named ?? [])].some((key) => !(key in leaf.attrs)),
    )
    expect(faults.map((leaf) => leaf.name)).toEqual([])
    expect(leaves.filter((leaf) => leaf.features.split('|').length < 3).map((leaf) => leaf.name)).toEqual([])
  })
})

test.each([
  ['Oak|Walnut', ['Oak', 'Walnut']],
  ['1.8..2.2/0.2 kg', ['1.8 kg', '2.0 kg', '2.2 kg']],
  ['-10..0/5 °C', ['-10 °C', '-5 °C', '0 °C']],
])('the values %s are read', (text, values) => {
  expect(valuesOf(text)).toEqual(values)
})
