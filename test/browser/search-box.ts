/** The search box: suggestions, recent searches, late answers. */
import type { Page, Request } from 'playwright-core'
import { expect, test } from 'vitest'
import type { BrowserShop } from '../support/browser-shop.ts'

const input = (page: Page) => page.getByRole('combobox', { name: 'Search the shop' })
const options = (page: Page) => page.getByRole('option')

export function searchBoxTests(shop: BrowserShop): void {
  test('a suggestion is chosen with the keyboard and its results are shown', async () => {
    const page = await shop.open('/')
    await input(page).pressSequentially('wireless mo')
    await options(page).first().waitFor()
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
    const page = await shop.open('/')
    await input(page).pressSequentially('wired')
    await options(page).first().waitFor()
    await input(page).press('ArrowDown')
    await input(page).press('Escape')
    expect(await page.getByRole('listbox').isVisible()).toBe(false)
    expect(await input(page).inputValue()).toBe('wired')
    await page.context().close()
  })

  test('an answer that comes late is not shown over the answer to a newer text', async () => {
    const page = await shop.open('/')
    const held = Promise.withResolvers<void>()
    await page.route('**/v1/suggest?q=wirel*', async (route) => {
      if (new URL(route.request().url()).searchParams.get('q') === 'wirel') await held.promise
      await route.continue().catch(() => undefined) // the page has cancelled it, which is the point
    })
    await input(page).fill('wirel')
    const first = await page.waitForRequest(/q=wirel$/)
    await input(page).fill('wired')
    await options(page).first().waitFor()
    const late = (request: Request) => request.url().endsWith('q=wirel')
    const settled = Promise.race([
      page.waitForEvent('requestfinished', late),
      first.failure() ? null : page.waitForEvent('requestfailed', late),
    ])
    held.resolve()
    await settled
    expect((await options(page).allInnerTexts()).join()).toMatch(/wired/i)
    expect((await options(page).allInnerTexts()).join()).not.toMatch(/wireless/i)
    await page.context().close()
  })

  test('an empty box offers the searches that found something, and each can be removed', async () => {
    const page = await shop.open('/search?q=wireless+mouse')
    for (const query of ['qwzxv', 'keyboard']) await page.goto(shop.url(`/search?q=${query}`))
    await page.goto(shop.url('/'))
    await input(page).click()
    expect(await page.locator('.suggested').allInnerTexts()).toEqual(['keyboard', 'wireless mouse'])
    await input(page).press('ArrowDown')
    await input(page).press('Delete')
    expect(await page.locator('.suggested').allInnerTexts()).toEqual(['wireless mouse'])
    await page.locator('.forget').click()
    expect(await page.getByRole('listbox').isVisible()).toBe(false)
    expect(await page.evaluate('localStorage.length')).toBe(0)
    await page.context().close()
  })

  test('a wait that is longer than a moment shows that the next page is on its way', async () => {
    const page = await shop.open('/')
    expect(await page.locator('#progress').isVisible()).toBe(false)
    // Told by its console: a page that is about to be left answers no questions.
    await page.evaluate(`new MutationObserver(([{ target }]) => target.hidden || console.log('bar shown'))
      .observe(document.getElementById('progress'), { attributes: true })`)
    const shown = page.waitForEvent('console', (message) => message.text() === 'bar shown')
    await page.route('**/categories', async (route) => {
      await shown
      await route.continue()
    })
    await page.getByRole('link', { name: 'Categories', exact: true }).click()
    await shown
    await page.waitForURL(/\/categories$/)
    expect(await page.locator('#progress').isVisible()).toBe(false)
    await page.context().close()
  })
}
