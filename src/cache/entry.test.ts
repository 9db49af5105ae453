import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOf, decodeEntry, type Entry, encodeEntry, entryBytes, watermarkText } from './entry.ts'

const ENTRY: Entry = {
  watermark: 42,
  tags: ['all', 'cat:7'],
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: bytesOf('{"hits":[]}'),
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
      const tags = [body] // beside the body in one value
      const entry = { ...ENTRY, tags, body: bytesOf(body), watermark }
      const copy = decodeEntry(encodeEntry(entry, 0), 0)
      expect([copy?.body.toString(), copy?.tags, copy?.watermark]).toEqual([body, tags, watermark])
    }),
  )
})

test('a body holds no memory but its own, from a load and from the second tier', () => {
  const copy = decodeEntry(encodeEntry(ENTRY, 0), 0)
  for (const body of [ENTRY.body, copy?.body]) expect(body?.buffer.byteLength).toBe(ENTRY.body.length)
})

test('an entry counts its body, key and tags, and what stands around them', () => {
  const bytes = (body: string, tags: string[], key: string) =>
    entryBytes(key, { ...ENTRY, body: bytesOf(body), tags })
  const empty = bytes('', [], '')
  expect(bytes('€'.repeat(100), [], '') - empty).toBe(300)
  expect(bytes('', ['w:chair'], 'key') - empty).toBeGreaterThan('w:chair'.length + 'key'.length)
  expect(empty).toBeGreaterThan(1_000)
})

test('a value of another format is absent', () => {
  expect(decodeEntry(Buffer.from(`${watermarkText(1)}9rest`), 0)).toBeNull()
})

test('watermark texts compare like their numbers', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      expect(watermarkText(a) < watermarkText(b)).toBe(a < b)
    }),
  )
})
