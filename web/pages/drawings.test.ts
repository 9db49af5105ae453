import { expect, test } from 'vitest'
import { drawingOf, tintOf } from './drawings.ts'

test.each([
  [['Printing & Imaging', 'Toner Cartridges'], 'ink'],
  [['Printing & Imaging', 'Scanners'], 'printer'],
  [['Peripherals', 'Keyboards & Mice'], 'keyboard'],
  [['Storage', 'Uncategorised'], 'drive'],
  [['Donaudampfschiffe'], 'box'],
  [[], 'box'],
])('the category %j is drawn as %s', (names, drawing) => {
  expect(drawingOf(names)).toBe(drawing)
})

test('a brand has one tint, whatever its case', () => {
  expect(tintOf('Acme')).toBe(tintOf('ACME'))
  expect(tintOf('')).toBe('tint-0')
})

test('a mouse among keyboards is drawn as a mouse', () => {
  expect(drawingOf(['Peripherals', 'Keyboards & Mice'], 'Logitech M90 mouse')).toBe('mouse')
})
