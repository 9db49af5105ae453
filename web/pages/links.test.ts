import { expect, test } from 'vitest'
import { type Browse, browseUrl, categoryUrl, NOTHING_CHOSEN, priceBounds, toggleValue } from './links.ts'

const browse = (overrides: Partial<Browse> = {}): Browse => ({ ...NOTHING_CHOSEN, ...overrides })

test('a category without a query has its own path, with a query it is a search', () => {
  const category = 'storage/hard-drives'
  expect(browseUrl(browse({ category }))).toBe('/c/storage/hard-drives')
  expect(browseUrl(browse({ category, q: 'usb & more' }))).toBe(
    '/search?q=usb+%26+more&category=storage%2Fhard-drives',
  )
})

test('everything that is chosen stands in the URL, defaults do not', () => {
  const filters = new Map([['brand', ['HP', 'Dell']]])
  const price = { min: null, max: 2_000 }
  expect(browseUrl(browse({ q: 'tv', filters, price, sort: 'newest', page: 3, exact: true }))).toBe(
    '/search?q=tv&f.brand=HP&f.brand=Dell&price=-2000&sort=newest&exact=1&page=3',
  )
  expect(browseUrl(browse())).toBe('/search')
})

test('choosing a value twice takes it away, and both begin at the first page', () => {
  const chosen = toggleValue(browse({ page: 4 }), 'brand', 'HP')
  expect([...chosen.filters]).toEqual([['brand', ['HP']]])
  expect(chosen.page).toBe(1)
  expect(toggleValue(chosen, 'brand', 'HP').filters.size).toBe(0)
})

test('a slug cannot leave its path', () => {
  expect(categoryUrl('a/../"b"')).toBe('/c/a/../%22b%22')
})

test.each([
  ['0-2000', { min: 0, max: 2_000 }],
  ['-5', { min: null, max: 5 }],
  ['7-', { min: 7, max: null }],
  ['-', null],
  ['cheap', null],
])('the bounds of %s are read as written', (text, bounds) => {
  expect(priceBounds(text)).toEqual(bounds)
})
