/** What holds for every page: nothing jumps, nothing scrolls sideways, no barrier that a checker can find. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type BrowserShop, NARROW, PICTURES, WIDE } from '../support/browser-shop.ts'
import { MICE } from '../support/shop-catalogue.ts'
import { waitFor } from '../support/wait-for.ts'

const PAGES = {
  home: '/',
  results: '/search?q=mouse&f.brand=Acme',
  category: `/c/${MICE}`,
  categories: '/categories',
  item: '/item/9',
  'zero results': '/search?q=qwzxv',
  error: '/item/999999',
} as const

/** "Good" ends at 0.1 (web.dev, Cumulative Layout Shift); half of it, because nothing here has a reason to move. */
const SHIFT_MAX = 0.05
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export function qualityTests(shop: BrowserShop): void {
  test('no page scrolls sideways on a narrow screen', async () => {
    const page = await shop.open('/', { viewport: NARROW })
    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(shop.url(path), { waitUntil: 'domcontentloaded' })
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBe(NARROW.width)
    }
    await page.context().close()
  })

  test.each([
    ['wide', WIDE],
    ['narrow', NARROW],
  ] as const)('nothing jumps while a page loads on a %s screen', async (_, viewport) => {
    const page = await shop.open('/livez', { viewport })
    await page.addInitScript(MEASURE_SHIFT)
    let painted = Promise.withResolvers<void>()
    await page.route(PICTURES, async (route) => {
      await painted.promise // a picture that is there at once moves nothing, whatever the page does
      await route.fulfill({ contentType: 'image/svg+xml', body: PICTURE })
    })
    for (const name of ['home', 'results', 'item'] as const) {
      painted = Promise.withResolvers<void>()
      await page.goto(shop.url(PAGES[name]), { waitUntil: 'domcontentloaded' })
      await page.evaluate(TWO_FRAMES)
      painted.resolve()
      await waitFor('every picture in view has come', () => page.evaluate(PICTURES_SETTLED))
      await page.evaluate(TWO_FRAMES)
      expect(await page.evaluate('globalThis.shift'), name).toBeLessThan(SHIFT_MAX)
    }
    await page.context().close()
  })

  test.each(Object.entries(PAGES))('axe finds no barrier on the page: %s', async (_, path) => {
    const page = await shop.open(path)
    expect(await violationsOf(page)).toEqual([])
    await page.context().close()
  })

  test('axe finds no barrier with the suggestions open', async () => {
    const page = await shop.open('/')
    await page.locator('#q').fill('wire')
    await page.getByRole('option').first().waitFor()
    await page.locator('#q').press('ArrowDown')
    expect(await violationsOf(page)).toEqual([])
    await page.context().close()
  })
}

/** Of another shape than its box. */
const PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="900"/>'

/** Sums what moves without a reason given by the reader. */
const MEASURE_SHIFT = `globalThis.shift = 0
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value
}).observe({ type: 'layout-shift', buffered: true })`

const TWO_FRAMES = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))'

const PICTURES_SETTLED = `(() => {
  const inView = [...document.images].filter((picture) => picture.getBoundingClientRect().top < innerHeight)
  return inView.every((picture) => picture.classList.contains('loaded'))
})()`

/** Rule and place of each violation, on light and on dark ground. */
export async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const violations = await page.evaluate<{ id: string; nodes: { html: string }[] }[]>(
      'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)',
    )
    found.push(
      ...violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${colorScheme} ${id}: ${html}`)),
    )
  }
  return found
}
