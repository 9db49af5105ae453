import { expect, test } from 'vitest'
import { createFormat } from './format.ts'
import { orderPage } from './order-page.ts'
import type { ShownOrder } from './shown-order.ts'

const shop = { name: 'Corner Shop', format: createFormat('en-GB'), assetBase: '/assets/0' }
const LINE = {
  ...{ sku: 'LAMP-7', qty: 2, unit_price_minor: 4_990, cancelled: 0, shipped: 0, returned: 0 },
  ...{ cancellable: 0, returnable: 0 },
  item: {
    item_id: null,
    name: 'Lamp',
    brand: null,
    image: null,
    category: { name: 'Lamps', names: ['Lamps'] },
  },
}
const page = (changes: Partial<ShownOrder>, isLedOn = false) =>
  orderPage(shop, {
    order: {
      ...{
        order_id: 'o',
        hold_id: 'h',
        state: 'ALLOCATED',
        created_at: '2026-11-23T14:02:10.114Z',
        currency: 'EUR',
      },
      ...{ total_minor: 9_980, paid_minor: 9_980, lines: [LINE], payments: [], refunds: [], returns: [] },
      ...changes,
    },
    ...{ key: 'k', notice: null, isLedOn },
  })
const refund = (state: string) => [{ amount_minor: 9_980, state, created_at: '2026-11-23T14:02:10.114Z' }]

test('an order paid too late says that the money goes back, and shows when it has', () => {
  const late = page({ state: 'PAID_UNFULFILLED', refunds: refund('SENT') })
  expect(late).toContain('Paid too late')
  expect(late).toContain('€99.80 is on its way back')
  expect(late).toContain('data-renew="PAID_UNFULFILLED SENT"')
  const refunded = page({ state: 'REFUNDED', refunds: refund('DONE') })
  expect(refunded).toContain('€99.80 has been paid back')
  expect(refunded).not.toContain('data-renew')
})

test('a provider that does not answer is waited for, and nobody is asked to pay twice', () => {
  const text = page({ state: 'PENDING_PAYMENT', paid_minor: 0, payments: [{ state: 'UNKNOWN' }] })
  expect(text).toContain('Please do not pay a second time')
  expect(text).not.toContain('/checkout/')
  expect(text).toContain('<noscript><meta http-equiv="refresh" content="4"></noscript>')
})

test('an order that was never paid says that nothing was taken', () => {
  expect(page({ state: 'CANCELLED', paid_minor: 0 })).toContain('No money was taken')
  expect(page({ state: 'CANCELLED' })).toContain('What you paid goes back')
})

test('the browser is led on to the page of the provider, and to no other kind of address', () => {
  const pending = (redirect_url: string) =>
    page({ state: 'PENDING_PAYMENT', payments: [{ state: 'PENDING', redirect_url }] }, true)
  expect(pending('https://pay.example.com/1')).toContain('content="0; url=https://pay.example.com/1"')
  expect(pending('javascript:alert(1)')).not.toMatch(/javascript:|http-equiv="refresh" content="0/)
})

test('only units that can be cancelled or sent back have a form for it', () => {
  expect(page({})).not.toContain('<details')
  const shipped = page({ state: 'SHIPPED', lines: [{ ...LINE, shipped: 2, returnable: 2 }] })
  expect(shipped).toContain('action="/orders/o/returns"')
  expect(shipped).not.toContain('action="/orders/o/cancel"')
})
