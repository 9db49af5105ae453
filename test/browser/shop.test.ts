/** The pages in a real browser. One running shop for all of them: starting it costs more than most tests. */
import { expect, test } from 'vitest'
import { useBrowserShop } from '../support/browser-shop.ts'
import { describeWith } from '../support/capabilities.ts'
import { keyboardTests } from './keyboard.ts'
import { livePageTests } from './live-page.ts'
import { liveStockTests } from './live-stock.ts'
import { qualityTests } from './quality.ts'
import { searchBoxTests } from './search-box.ts'
import { shoppingTests } from './shopping.ts'

describeWith('chromium', 'the shop in a browser', async () => {
  const shop = await useBrowserShop()
  searchBoxTests(shop)
  shoppingTests(shop)
  keyboardTests(shop)
  qualityTests(shop)
  livePageTests(shop)
  liveStockTests(shop)

  test('nothing of all this breaks a policy or throws in the browser', () => {
    expect(shop.faults).toEqual([])
  })
})
