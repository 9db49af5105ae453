/** Everything with the keyboard alone. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { BrowserShop } from '../support/browser-shop.ts'

/** More stops than any page has before its results. */
const STOPS_MAX = 80

export function keyboardTests(shop: BrowserShop): void {
  test('with the keyboard alone a shopper searches, filters, sorts, opens an item and skips the head', async () => {
    const page = await shop.open('/')
    await tabTo(page, '#q')
    await page.keyboard.type('wireless mouse')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=wireless\+mouse/)
    await tabTo(page, '[data-facet="brand"] a[href*="Borealis"]')
    await page.keyboard.press('Enter')
    await page.waitForURL(/f\.brand=Borealis/)
    await tabTo(page, 'select[name="sort"]')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL(/sort=price_asc/)
    await tabTo(page, '.card-name a')
    const chosen = await page.locator('.card-name').first().innerText()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/item\//)
    expect(await page.locator('h1').innerText()).toBe(chosen)
    await tabTo(page, '.skip')
    expect(await page.locator('.skip').evaluate((link) => link.getBoundingClientRect().top >= 0)).toBe(true)
    await page.keyboard.press('Enter')
    await tabTo(page, '.crumbs a', 1)
    await page.context().close()
  })
}

/** Press Tab until an element of the selector has the focus, and shows it. */
async function tabTo(page: Page, selector: string, stopsMax = STOPS_MAX): Promise<void> {
  for (let stops = 0; stops < stopsMax; stops++) {
    await page.keyboard.press('Tab')
    const isThere = await page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`)
    if (isThere) return
  }
  throw new Error(`${selector} is not reached with ${stopsMax} presses of Tab on ${page.url()}`)
}
