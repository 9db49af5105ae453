import { describe, expect, test } from 'vitest'
import type { ItemDocument } from '../catalog/document.ts'
import { changeTags, searchTags } from './tags.ts'
import { stem } from './words.ts'

const ITEM: ItemDocument = {
  item_id: 7,
  sku: 'sku-7',
  name: 'Wireless mice & keyboards',
  brand: 'Acme',
  brand_kw: 'Acme',
  model: null,
  description: 'For Øre and straße',
  category_text: ['Storage', 'Drives'],
  attrs_text: 'Black',
  spell: [],
  code: ['TN-2110X'],
  gtin: ['0123456789012'],
  cat: ['Storage', 'Storage > Drives'],
  cat_leaf: 'Storage > Drives',
  cat_ids: [1, 2],
  cat_slugs: ['storage', 'storage/drives'],
  attrs: {},
  price: 100,
  currency: 'EUR',
  availability: 'in_stock',
  pop: 0,
  created_at: '2026-01-01T00:00:00.000Z',
  image: null,
  row_hash: 1,
}
const emitted = new Set(changeTags(null, ITEM).expire)
const meets = (tags: readonly string[]) => tags.filter((tag) => tag !== 'all').some((tag) => emitted.has(tag))
const asked = (text: string, codes: readonly string[] = []) =>
  searchTags({ text, category: null, binding: 'all_words', codes })

describe('cache tags', () => {
  test.each(['wireless', 'keyboard', 'KEYBOARDS', 'and', 'ore', 'strasse', 'acmes', 'drive'])(
    'a change of an item meets an answer to its word %s',
    (text) => {
      expect(meets(asked(text))).toBe(true)
    },
  )

  test('an answer to words that the item does not have is left alone', () => {
    expect(meets(asked('toner cartridge'))).toBe(false)
  })

  test.each(['tn2110x', '2110', 'tn', 'tn21', '0123456789012'])(
    'a code is met by its part or beginning %s',
    (code) => {
      expect(meets(asked(code, [code]))).toBe(true)
    },
  )

  test('browsing is met through the category, its ancestors and the whole list', () => {
    for (const category of ['storage', 'storage/drives', null]) {
      expect(meets(searchTags({ text: '', category, binding: 'all_words', codes: [] }))).toBe(true)
    }
    expect(meets(searchTags({ text: '', category: 'toys', binding: 'all_words', codes: [] }))).toBe(false)
  })

  test('a correction or a text with inner punctuation is met by any change', () => {
    expect(searchTags({ text: 'keybord', category: null, binding: 'loose', codes: [] })).toContain('list')
    expect(asked("o'neill")).toContain('list')
  })

  test('a moved item invalidates the category it left', () => {
    const moved = { ...ITEM, cat_slugs: ['storage', 'storage/tapes'] }
    expect(changeTags(ITEM, moved).expire).toEqual(
      expect.arrayContaining(['cat:storage/drives', 'cat:storage/tapes']),
    )
  })

  test('a new price and a deletion remove, any other change expires', () => {
    expect(changeTags(ITEM, { ...ITEM, price: 99 }).expire).toEqual([])
    expect(changeTags(ITEM, null).remove).toContain('item:7')
    expect(changeTags(ITEM, { ...ITEM, name: 'Mouse' }).remove).toEqual([])
  })

  test.each([
    ['flies', 'fly'],
    ['ties', 'ty'],
    ['bus', 'bus'],
    ['glass', 'glass'],
    ['shoes', 'shoes'],
    ['drives', 'drive'],
    ['tvs', 'tv'],
    ['as', 'as'],
  ])('the plural %s has the stem %s', (word, expected) => {
    expect(stem(word)).toBe(expected)
  })
})
