import { expect, test } from 'vitest'
import { newsOf, priceText } from './news.js'

const words = { in_stock: 'In stock', out_of_stock: 'Out of stock', no_price: 'Price on request' }
const offer = (price: number | null, availability = 'in_stock') => ({ price, currency: 'EUR', availability })

test('the browser writes a price as the server does', () => {
  expect(priceText(offer(123_456), 'en-GB', words)).toBe('€1,234.56')
  expect(priceText({ ...offer(500), currency: 'JPY' }, 'en', words)).toBe('¥500')
  expect(priceText(offer(null), 'en', words)).toBe('Price on request')
})

test('news name both prices, and the new stock', () => {
  expect(newsOf(offer(1_000), offer(900), 'en', words)).toBe(
    'The price has just changed from €10.00 to €9.00.',
  )
  expect(newsOf(offer(1_000), offer(1_000, 'out_of_stock'), 'en', words)).toBe('Out of stock, just now.')
  expect(newsOf(offer(1_000), offer(1_000), 'en', words)).toBe('')
})
