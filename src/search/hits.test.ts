import { expect, test } from 'vitest'
import { MARK } from '../elasticsearch/query/body.ts'
import { hitOf } from './hits.ts'

const DOCUMENT = {
  item_id: 7,
  sku: 'A-7',
  name: 'Cable <b>',
  brand: null,
  cat_leaf: 'Cables > HDMI',
  cat_ids: [1, 2],
  cat_slugs: ['cables', 'cables/hdmi'],
  price: null,
  currency: 'EUR',
  availability: 'low',
  image: null,
} as const

test('a hit names the item, its own category and no price where there is none', () => {
  expect(hitOf(DOCUMENT, undefined)).toMatchObject({
    item_id: '7',
    category: { category_id: '2', name: 'HDMI', path: 'cables/hdmi', names: ['Cables', 'HDMI'] },
    price: null,
    highlight: null,
  })
})

test('a highlight is escaped text with nothing but marks', () => {
  const name = `${MARK.open}Cable${MARK.close} <b> & "more"`
  expect(hitOf(DOCUMENT, name).highlight).toBe('<mark>Cable</mark> &lt;b&gt; &amp; &quot;more&quot;')
})
