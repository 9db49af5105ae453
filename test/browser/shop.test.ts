import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CHROMIUM, describeWith } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { fillShop, MICE } from '../support/shop-catalogue.ts'
import { waitFor } from '../support/wait-for.ts'

const WIDE = { width: 1280, height: 900 }
const NARROW = { width: 360, height: 780 }
const ITEMS = 60

describeWith('chromium', 'the shop in a browser', async () => {
  const database = await useDatabase('browser')
  let processes: RunningProcess[] = []
  let browser: Browser
  let shop = ''

  beforeAll(async () => {
    await fillShop(database.pool)
    const env = { ...database.env, AISLE_SHOP_NAME: 'Corner Shop', AISLE_SUGGEST_REBUILD_MS: '1000' }
    processes = [await startProcess('indexer', env), await startProcess('api', env)]
    shop = processes[1]?.url ?? ''
    await waitFor(
      'every item is searchable',
      async () => {
        const found = await fetch(`${shop}/v1/search?facets=`)
        const { total } = (await found.json()) as { total: { value: number } }
        return total.value === ITEMS
      },
      { deadlineMs: 60_000, everyMs: 200 },
    )
    processes.push(await startProcess('worker', env))
    await waitFor(
      'suggestions are built',
      async () => {
        const found = await fetch(`${shop}/v1/suggest?q=wire`)
        return ((await found.json()) as { suggestions: unknown[] }).suggestions.length > 0
      },
      { deadlineMs: 60_000, everyMs: 200 },
    )
    browser = await chromium.launch({
      ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    })
  }, 180_000)

  afterAll(async () => {
    await browser?.close()
    await Promise.all(processes.map((running) => running.stop()))
  })

  /** A fresh page; what it says on its console besides pictures that cannot be fetched here fails the test. */
  async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: WIDE, ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('net::ERR_')) faults.push(message.text())
    })
    page.on('pageerror', (error) => faults.push(error.message))
    await page.goto(shop + path, { waitUntil: 'domcontentloaded' })
    return page
  }
  const faults: string[] = []

  const names = (page: Page) => page.locator('.card-name').allInnerTexts()
  const input = (page: Page) => page.getByRole('combobox', { name: 'Search the shop' })

  test('a suggestion is chosen with the keyboard and its results are shown', async () => {
    const page = await open('/')
    await input(page).pressSequentially('wireless mo')
    const options = page.getByRole('option')
    await options.first().waitFor()
    expect(await input(page).getAttribute('aria-expanded')).toBe('true')
    await input(page).press('ArrowDown')
    const active = await input(page).getAttribute('aria-activedescendant')
    expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true')
    expect(await input(page).inputValue()).toMatch(/wireless mouse/i)
    await input(page).press('Enter')
    await page.waitForURL(/\/(search|c|item)/)
    expect(await page.locator('.card-name, h1').first().innerText()).toMatch(/mouse/i)
    await page.context().close()
  })

  test('Escape closes the suggestions and gives back what was typed', async () => {
    const page = await open('/')
    await input(page).pressSequentially('wired')
    await page.getByRole('option').first().waitFor()
    await input(page).press('ArrowDown')
    await input(page).press('Escape')
    expect(await page.getByRole('listbox').isVisible()).toBe(false)
    expect(await input(page).inputValue()).toBe('wired')
    await page.context().close()
  })

  test('an answer that comes late is not shown over the answer to a newer text', async () => {
    const page = await open('/')
    const held = Promise.withResolvers<void>()
    await page.route('**/v1/suggest?q=wirel*', async (route) => {
      if (new URL(route.request().url()).searchParams.get('q') === 'wirel') await held.promise
      await route.continue().catch(() => undefined) // the page has cancelled it, which is the point
    })
    await input(page).fill('wirel')
    await page.waitForRequest(/q=wirel$/)
    await input(page).fill('wired')
    await page.getByRole('option').first().waitFor()
    held.resolve()
    expect((await page.getByRole('option').allInnerTexts()).join()).toMatch(/wired/i)
    expect((await page.getByRole('option').allInnerTexts()).join()).not.toMatch(/wireless/i)
    await page.context().close()
  })

  test('a facet narrows the results, keeps its place in the URL, and an item opens', async () => {
    const page = await open('/search?q=mouse')
    await page.locator('[data-facet="brand"]').getByRole('link', { name: /Acme/ }).click()
    await page.waitForURL(/f\.brand=Acme/)
    const shown = await names(page)
    expect(shown.length).toBe(10)
    expect(shown.every((name) => name.startsWith('Acme'))).toBe(true)
    await page.locator('.card-name a').first().click()
    await page.waitForURL(/\/item\/\d+$/)
    expect(await page.locator('h1').innerText()).toBe(shown[0])
    await page.context().close()
  })

  test('a price changed by plain SQL is on the page of the item and in the results', async () => {
    const item = await open('/item/7')
    const results = await open('/search?q=M107')
    expect(await item.locator('.item-price').innerText()).toBe('€10.70')
    await database.pool.query('update items set price_minor = 4321 where item_id = 7')
    for (const page of [item, results]) {
      await waitFor('the price is shown', async () => {
        await page.reload()
        return (await page.locator('.price').first().innerText()) === '€43.21'
      })
    }
    await item.context().close()
    await results.context().close()
  })

  test('no page scrolls sideways on a narrow screen', async () => {
    const page = await open('/', { viewport: NARROW })
    for (const path of [
      '/',
      '/search?q=mouse',
      `/c/${MICE}?f.brand=Acme&page=1`,
      '/item/7',
      '/search?q=qwzxv',
    ]) {
      await page.goto(shop + path)
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(
        NARROW.width,
      )
    }
    await page.context().close()
  })

  test('without script the shop searches, filters, sorts, pages and shows an item', async () => {
    const page = await open('/', { javaScriptEnabled: false })
    await page.locator('#q').fill('wireless mouse')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.waitForURL(/\/search\?q=wireless\+mouse/)
    await page.getByRole('link', { name: 'Next' }).click()
    expect(await page.locator('.pages [aria-current]').innerText()).toBe('2')
    await page
      .locator('[data-facet="brand"]')
      .getByRole('link', { name: /Cobalt/ })
      .click()
    await page.getByLabel('Sort by').selectOption('price_desc')
    await page.getByRole('button', { name: 'Sort' }).click()
    await page.waitForURL(/sort=price_desc/)
    expect((await names(page))[0]).toContain('Cobalt')
    await page.locator('.card-name a').first().click()
    expect(await page.locator('.item-price').innerText()).toMatch(/^€/)
    await page.context().close()
  })

  test('a picture that cannot be loaded leaves its drawing in a box of the same size', async () => {
    const page = await open(`/c/${MICE}`)
    const broken = page.locator('.photo img[src*="images.invalid"]').first()
    await waitFor('the picture gives up', async () => !(await broken.isVisible()))
    const boxes = await page
      .locator('.grid .photo')
      .evaluateAll((photos) => photos.map((photo) => photo.clientHeight))
    expect(new Set(boxes).size).toBe(1)
    await page.context().close()
  })

  test('nothing of all this breaks a policy or throws in the browser', () => {
    expect(faults).toEqual([])
  })
})
