import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeEntry, type Entry, encodeEntry, watermarkText } from './entry.ts'

const ENTRY: Entry = {
  watermark: 42,
  tags: ['all', 'cat:7'],
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: '{"hits":[]}',
  kind: 'empty',
  filledAt: 1_000,
  softExpiry: 11_000,
  hardExpiry: 71_000,
  loadMs: 12,
}

test('an entry read back elsewhere keeps its answer and what remained of its life', () => {
  const copy = decodeEntry(encodeEntry(ENTRY, 6_000), 500_000)
  expect(copy).toEqual({
    ...ENTRY,
    filledAt: Number.NEGATIVE_INFINITY,
    softExpiry: 505_000,
    hardExpiry: 565_000,
  })
})

test('any body survives the second tier', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(), (body, watermark) => {
      const copy = decodeEntry(encodeEntry({ ...ENTRY, body, watermark }, 0), 0)
      expect([copy?.body, copy?.watermark]).toEqual([body, watermark])
    }),
  )
})

test('a value of another format is absent', () => {
  expect(decodeEntry(`${watermarkText(1)}9rest`, 0)).toBeNull()
})

test('watermark texts compare like their numbers', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      expect(watermarkText(a) < watermarkText(b)).toBe(a < b)
    }),
  )
})
