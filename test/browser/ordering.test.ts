/** Buying in a real browser, by script and by forms alone. One running shop for all of it. */
import { expect, test } from 'vitest'
import { useBrowserShop } from '../support/browser-shop.ts'
import { describeWith } from '../support/capabilities.ts'
import { PROVIDER_SECRET, startProvider } from '../support/payment-provider.ts'
import { cartTests } from './cart.ts'
import { holdTests } from './holding.ts'
import { payingTests } from './paying.ts'

describeWith('chromium', 'ordering in a browser', async () => {
  const provider = await startProvider()
  const shop = await useBrowserShop({
    AISLE_PAYMENT_URL: provider.url,
    AISLE_PAYMENT_SECRETS: PROVIDER_SECRET,
    AISLE_PAYMENT_ASK_S: '1',
  })
  cartTests(shop)
  holdTests(shop)
  payingTests(shop, provider)

  test('nothing of buying breaks a policy or throws in the browser', () => {
    expect(shop.faults.filter((fault) => !fault.includes('status of 409'))).toEqual([])
  })
})
