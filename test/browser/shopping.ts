/** From a query to an item: filters, their URLs, the same without script. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { BrowserShop } from '../support/browser-shop.ts'
import { MICE } from '../support/shop-catalogue.ts'
import { waitFor } from '../support/wait-for.ts'

const names = (page: Page) => page.locator('.card-name').allInnerTexts()
const facet = (page: Page, name: string, value: RegExp) =>
  page.locator(`[data-facet="${name}"]`).getByRole('link', { name: value })

export function shoppingTests(shop: BrowserShop): void {
  test('a facet narrows the results, keeps its place in the URL, and an item opens', async () => {
    const page = await shop.open('/search?q=mouse')
    await facet(page, 'brand', /Acme/).click()
    await page.waitForURL(/f\.brand=Acme/)
    const shown = await names(page)
    expect(shown.length).toBe(10)
    expect(shown.every((name) => name.startsWith('Acme'))).toBe(true)
    await page.locator('.card-name a').first().click()
    await page.waitForURL(/\/item\/\d+$/)
    expect(await page.locator('h1').innerText()).toBe(shown[0])
    await page.context().close()
  })

  test('the back button takes the last filter back, a chip takes one, Clear all takes every one', async () => {
    const page = await shop.open('/search?q=mouse&price=1000-1250')
    await facet(page, 'brand', /Acme/).click()
    await page.waitForURL(/f\.brand=Acme/)
    const chips = page.getByRole('list', { name: 'Chosen filters' })
    expect(await chips.innerText()).toMatch(/Brand: Acme[\s\S]*Price: €10.00 to €12.50/)
    await page.goBack()
    await page.waitForURL(/q=mouse&price=1000-1250$/)
    expect(await chips.innerText()).not.toContain('Acme')
    await page.goForward()
    await chips.getByRole('link', { name: 'Remove filter Price' }).click()
    await page.waitForURL(/q=mouse&f\.brand=Acme$/)
    await chips.getByRole('link', { name: 'Clear all' }).click()
    await page.waitForURL(/q=mouse$/)
    expect(await chips.count()).toBe(0)
    await page.context().close()
  })

  test('without script the shop searches, filters, sorts, pages and shows an item', async () => {
    const page = await shop.open('/', { javaScriptEnabled: false })
    await page.locator('#q').fill('wireless mouse')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL(/\/search\?q=wireless\+mouse/)
    await page.getByRole('link', { name: 'Next' }).click()
    expect(await page.locator('.pages [aria-current]').innerText()).toBe('2')
    await facet(page, 'brand', /Cobalt/).click()
    await page.getByLabel('Sort by').selectOption('price_desc')
    await page.getByRole('button', { name: 'Sort' }).click()
    await page.waitForURL(/sort=price_desc/)
    expect((await names(page))[0]).toContain('Cobalt')
    await page.locator('.card-name a').first().click()
    expect(await page.locator('.item-price').innerText()).toMatch(/^€/)
    await page.context().close()
  })

  test('categories are reached from every page and lead down to the items', async () => {
    const page = await shop.open('/item/7')
    await page.getByRole('link', { name: 'Categories', exact: true }).click()
    await page.getByRole('link', { name: 'Mice' }).click()
    await page.waitForURL(new RegExp(`/c/${MICE}$`))
    expect((await names(page)).every((name) => name.includes('mouse'))).toBe(true)
    await page.context().close()
  })

  test('a picture that cannot be loaded leaves its drawing in a box of the same size', async () => {
    const page = await shop.open(`/c/${MICE}`)
    const broken = page.locator('.photo img[src*="images.invalid"]').first()
    await waitFor('the picture gives up', async () => !(await broken.isVisible()))
    const boxes = await page
      .locator('.grid .photo')
      .evaluateAll((photos) => photos.map((photo) => photo.clientHeight))
    expect(new Set(boxes).size).toBe(1)
    expect(await page.locator('.grid .photo .drawing').count()).toBe(boxes.length)
    await page.context().close()
  })
}
