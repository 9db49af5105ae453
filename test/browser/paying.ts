/** From search to a paid order and on: declined, late, cancelled. The payment provider is the simulated one, as a process. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type BrowserShop, NARROW } from '../support/browser-shop.ts'
import type { TestProvider } from '../support/payment-provider.ts'
import { unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'
import { holdButton, notice, putIntoCart, receive, WAYS } from './buyer.ts'
import { violationsOf } from './quality.ts'

/** From a cart to the last look before paying. */
async function toCheckout(page: Page): Promise<void> {
  await holdButton(page).click()
  await page.waitForURL(/\/holds\//)
  await page.getByRole('link', { name: 'Go to checkout' }).click()
  await page.waitForURL(/\/checkout\//)
}
const pay = (page: Page) => page.getByRole('button', { name: /^Pay / }).click()
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor()

export function payingTests(shop: BrowserShop, provider: TestProvider): void {
  test.each(WAYS)('an item is found, held and paid for %s', async (way, options) => {
    const item = way === 'with script' ? 31 : 32
    await receive(shop, { [`ART-${item}`]: 5 })
    await provider.configure({ mode: 'auto' })
    const page = await shop.open('/', options)
    await page.locator('#q').fill(`M${100 + item}`)
    await page.locator('#q').press('Enter')
    await page.locator('.card-name a').first().click()
    await page.waitForURL(new RegExp(`/item/${item}$`))
    await page.getByLabel('Quantity').fill('2')
    await page.getByRole('button', { name: 'Put into the cart' }).click()
    await page.getByText(/in your cart/i).waitFor()
    await page.getByRole('link', { name: /Cart/ }).first().click()
    await toCheckout(page)
    await pay(page)
    await page.waitForURL(/\/orders\//)
    await heading(page, 'Thank you: this is paid')
    expect(await unitsOf(shop.database.pool, `ART-${item}`)).toMatchObject({ held: 0, committed: 2 })
    await page.getByRole('link', { name: 'Your orders' }).click()
    expect(await page.getByRole('listitem').innerText()).toContain('Paid, being packed')
    await page.context().close()
  })

  test.each(WAYS)(
    'a declined payment is told, takes nothing, and can be tried again %s',
    async (way, options) => {
      const item = way === 'with script' ? 33 : 34
      await receive(shop, { [`ART-${item}`]: 1 })
      await provider.configure({ mode: 'shopper' })
      const page = await shop.open('/', options)
      await putIntoCart(page, shop, item)
      await toCheckout(page)
      await pay(page)
      await page.getByRole('button', { name: 'Decline' }).click()
      await heading(page, 'The payment was declined')
      expect(await unitsOf(shop.database.pool, `ART-${item}`)).toMatchObject({ held: 1, committed: 0 })
      await page.getByRole('link', { name: 'Try again' }).click()
      expect(await notice(page).innerText()).toContain('The units are still yours')
      await pay(page)
      await page.getByRole('button', { name: /^Pay/ }).click()
      await heading(page, 'Thank you: this is paid')
      expect(await unitsOf(shop.database.pool, `ART-${item}`)).toMatchObject({ held: 0, committed: 1 })
      await page.context().close()
    },
  )

  test('an order that waits for its payment shows by itself that it has come', async () => {
    await receive(shop, { 'ART-35': 1 })
    await provider.configure({ mode: 'shopper' })
    const page = await shop.open('/')
    await putIntoCart(page, shop, 35)
    await toCheckout(page)
    await pay(page)
    await page.getByRole('button', { name: /^Pay/ }).waitFor()
    const other = await page.context().newPage()
    await other.goto(shop.url('/orders'))
    await other.getByRole('listitem').getByRole('link').click()
    await heading(other, 'Waiting for the payment')
    await page.getByRole('button', { name: /^Pay/ }).click()
    await heading(other, 'Thank you: this is paid')
    await page.context().close()
  })

  test.each(WAYS)(
    'units of a paid order are cancelled, and their money goes back %s',
    async (way, options) => {
      const item = way === 'with script' ? 36 : 37
      await receive(shop, { [`ART-${item}`]: 3 })
      await provider.configure({ mode: 'auto' })
      const page = await shop.open('/', options)
      await putIntoCart(page, shop, item, 3)
      await toCheckout(page)
      await pay(page)
      await heading(page, 'Thank you: this is paid')
      await page.getByText('Cancel', { exact: true }).click()
      await page.locator('#cancel-0').fill('1')
      await page.getByRole('button', { name: 'Cancel these units' }).click()
      await page.getByText('1 cancelled').waitFor()
      expect(await unitsOf(shop.database.pool, `ART-${item}`)).toMatchObject({ committed: 2 })
      await waitFor('the money is back', async () => {
        if (way === 'without script') await page.reload()
        return (await page.getByText('has been paid back').count()) === 1
      })
      await page.context().close()
    },
  )

  test('the pages of checkout and orders have no barrier and do not scroll sideways on a narrow screen', async () => {
    await receive(shop, { 'ART-39': 3 })
    await provider.configure({ mode: 'shopper' })
    const page = await shop.open('/orders', { viewport: NARROW })
    const isGood = async (name: string) => {
      expect(await violationsOf(page), name).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBe(NARROW.width)
    }
    await isGood('no orders')
    await putIntoCart(page, shop, 39, 2)
    await toCheckout(page)
    await isGood('a checkout')
    await pay(page)
    await page.getByRole('button', { name: /^Pay/ }).click()
    await heading(page, 'Thank you: this is paid')
    await page.getByText('Cancel', { exact: true }).click()
    await isGood('a paid order')
    await page.getByRole('link', { name: 'Your orders' }).click()
    await isGood('orders')
    await page.context().close()
  })
}
