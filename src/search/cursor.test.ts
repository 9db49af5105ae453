import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCursor, resultKey, writeCursor } from './cursor.ts'

const SECRET = 'a secret of at least thirty-two characters'
const KEY = resultKey(['index', 'hdmi cable'])
const PLACE = { after: [12.345679, 4711], step: 'all_words', used: 'hdmi cable' } as const

test('a cursor gives back the place it was made from', () => {
  expect(readCursor(SECRET, KEY, writeCursor(SECRET, KEY, PLACE))).toEqual(PLACE)
})

test('a cursor of another query is refused', () => {
  expect(readCursor(SECRET, resultKey(['index', 'usb cable']), writeCursor(SECRET, KEY, PLACE))).toBeNull()
})

test('a cursor signed with another secret is refused', () => {
  expect(readCursor(`${SECRET}!`, KEY, writeCursor(SECRET, KEY, PLACE))).toBeNull()
})

test('a cursor with any character changed is refused', () => {
  const cursor = writeCursor(SECRET, KEY, PLACE)
  fc.assert(
    fc.property(
      fc.nat({ max: cursor.length - 1 }),
      fc.constantFrom('A', 'b', '7', '_', '=', ' '),
      (at, letter) => {
        const changed = cursor.slice(0, at) + letter + cursor.slice(at + 1)
        expect(readCursor(SECRET, KEY, changed) === null || changed === cursor).toBe(true)
      },
    ),
  )
})

test('text that was never a cursor is refused', () => {
  fc.assert(fc.property(fc.string(), (text) => readCursor(SECRET, KEY, text) === null))
})
