import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalRequest, type HoldRequest, requestHash } from './request-hash.ts'

const request: HoldRequest = {
  customer: 'guest:0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01',
  lines: [{ sku: 'LAMP-7', qty: 2, expected_price_minor: 4_990 }],
  allow_partial: false,
  ttl_s: 600,
  region: [2, 1],
}

test('the hash of a request is the same on every machine and version', () => {
  expect(Buffer.from(requestHash(request)).toString('hex')).toBe(
    '25ee25396285acc33cd1828cca7bc907b0adb2c304be5a9f5325e5d95ff539be',
  )
})

test('another customer, quantity, price, time, region or partial wish gives another hash', () => {
  const line = { sku: 'LAMP-7', qty: 2, expected_price_minor: 4_990 }
  const others: HoldRequest[] = [
    { ...request, customer: 'customer:7' },
    { ...request, lines: [{ ...line, qty: 3 }] },
    { ...request, lines: [{ ...line, sku: 'LAMP-8' }] },
    { ...request, lines: [{ ...line, expected_price_minor: null }] },
    { ...request, lines: [line, { ...line, sku: 'LAMP-8' }] },
    { ...request, ttl_s: 60 },
    { ...request, region: [1, 2] },
    { ...request, allow_partial: true },
  ]
  const texts = [request, ...others].map(canonicalRequest)
  expect(new Set(texts).size).toBe(texts.length)
})

test('no text of a customer or sku can pass for another request', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  fc.assert(
    fc.property(text, text, text, text, (a, b, skuA, skuB) => {
      const [one, two] = [
        canonicalRequest({
          ...request,
          customer: a,
          lines: [{ sku: skuA, qty: 1, expected_price_minor: null }],
        }),
        canonicalRequest({
          ...request,
          customer: b,
          lines: [{ sku: skuB, qty: 1, expected_price_minor: null }],
        }),
      ]
      expect(one === two).toBe(a === b && skuA === skuB)
    }),
  )
})
