/** Buying in a real browser, by script and by forms alone. One running shop for all of it. */
import { expect, test } from 'vitest'
import { useBrowserShop } from '../support/browser-shop.ts'
import { describeWith } from '../support/capabilities.ts'
import { cartTests } from './cart.ts'
import { holdTests } from './holding.ts'

describeWith('chromium', 'ordering in a browser', async () => {
  const shop = await useBrowserShop()
  cartTests(shop)
  holdTests(shop)

  test('nothing of buying breaks a policy or throws in the browser', () => {
    expect(shop.faults.filter((fault) => !fault.includes('status of 409'))).toEqual([])
  })
})
