import { expect, test } from 'vitest'
import { checkDigit, gtinForms, isGtin } from './gtin.ts'

test.each([
  ['4006381333931'], // EAN-13
  ['036000291452'], // UPC-A
  ['73513537'], // EAN-8
])('%s has the check digit of GS1', (gtin) => {
  expect(checkDigit(gtin.slice(0, -1))).toBe(Number(gtin.at(-1)))
  expect(isGtin(gtin)).toBe(true)
})

test('a number with one digit changed is no gtin', () => {
  expect(isGtin('4006381333932')).toBe(false)
})

test('a UPC is found with and without its leading zero', () => {
  expect(gtinForms('036000291452')).toEqual(['036000291452', '0036000291452'])
  expect(gtinForms('0036000291452')).toEqual(['0036000291452', '036000291452'])
})
