import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freeSlug, slugOf } from './slug.ts'

test.each([
  ['Printing & Imaging', 'printing-imaging'],
  ['USB, FireWire & Serial Cables', 'usb-firewire-serial-cables'],
  ['Café Möbel', 'cafe-mobel'],
  ['電源', 'category'],
])('the category %s gets the slug %s', (name, slug) => {
  expect(slugOf(name)).toBe(slug)
})

test('a second name with the same slug gets a suffix', () => {
  expect(freeSlug('A & B', new Set(['a-b']))).toBe('a-b-2')
  expect(freeSlug('A + B', new Set(['a-b', 'a-b-2']))).toBe('a-b-3')
})

test('every name gives a slug that Postgres takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }), (name) => {
      expect(slugOf(name)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(slugOf(name).length).toBeLessThanOrEqual(90)
    }),
  )
})
