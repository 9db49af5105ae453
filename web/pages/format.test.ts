import { expect, test } from 'vitest'
import { createFormat } from './format.ts'

test('a price shows its currency as the locale writes it, with the decimals of the currency', () => {
  expect(createFormat('en-GB').price(123_456, 'EUR')).toBe('€1,234.56')
  expect(createFormat('de').price(123_456, 'EUR')).toBe('1.234,56\u00a0€')
  expect(createFormat('en').price(500, 'JPY')).toBe('¥500')
})

test('an open price range is said in words', () => {
  const format = createFormat('en')
  expect(format.priceRange({ min: null, max: 2_000 }, 'EUR')).toBe('Up to €20.00')
  expect(format.priceRange({ min: 2_000, max: null }, 'EUR')).toBe('€20.00 and more')
  expect(format.priceRange({ min: 0, max: 2_000 }, 'EUR')).toBe('€0.00 to €20.00')
})
