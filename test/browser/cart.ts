/** The cart: what it shows, by script and by forms alone. */
import { expect, test } from 'vitest'
import type { BrowserShop } from '../support/browser-shop.ts'
import { waitFor } from '../support/wait-for.ts'
import { putIntoCart, receive, sellOut, WAYS } from './buyer.ts'

export function cartTests(shop: BrowserShop): void {
  test.each(WAYS)('a cart adds up, changes and empties %s', async (way, options) => {
    const [first, second] = way === 'with script' ? [1, 2] : [3, 4]
    await receive(shop, { [`ART-${first}`]: 50, [`ART-${second}`]: 3 })
    const page = await shop.open('/', options)
    await putIntoCart(page, shop, first, 2)
    await putIntoCart(page, shop, second)
    const total = page.locator('.order-total strong')
    const each = [1000 + 10 * first, 1000 + 10 * second]
    const money = (...units: number[]) =>
      `€${(units.reduce((sum, n, at) => sum + n * (each[at] ?? 0), 0) / 100).toFixed(2)}`
    expect(await total.innerText()).toBe(money(2, 1))
    await page.getByRole('button', { name: /^One more of .* M10[13]$/ }).click()
    await waitFor('three of the first', async () => (await total.innerText()) === money(3, 1))
    await page.locator('#qty-1').fill('3')
    await page.locator('#qty-1').press('Enter')
    await waitFor('three of the second', async () => (await total.innerText()) === money(3, 3))
    await page.getByRole('button', { name: 'Remove' }).first().click()
    await waitFor('the first is gone', async () => (await total.innerText()) === money(0, 3))
    expect(await page.locator('#cart-units').innerText()).toBe('3')
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Your cart is empty.').waitFor()
    await page.context().close()
  })

  test('kept pages show the units in the cart by script and carry nothing of it', async () => {
    await receive(shop, { 'ART-5': 9 })
    const page = await shop.open('/')
    await putIntoCart(page, shop, 5, 4)
    const reply = await page.goto(shop.url('/search?q=mouse'), { waitUntil: 'domcontentloaded' })
    await waitFor('the number', async () => (await page.locator('#cart-units').innerText()) === '4')
    expect(await reply?.text()).toContain('id="cart-units" hidden></span>')
    expect(reply?.headers()['set-cookie']).toBeUndefined()
    await page.context().close()
  })

  test.each(WAYS)(
    'a line says when there are too few units or none, and the rest can be held %s',
    async (way, options) => {
      const [few, none] = way === 'with script' ? [6, 7] : [8, 9]
      await receive(shop, { [`ART-${few}`]: 2, [`ART-${none}`]: 1 })
      const page = await shop.open('/', options)
      await putIntoCart(page, shop, few, 5)
      await putIntoCart(page, shop, none)
      await sellOut(shop, `ART-${none}`)
      await page.reload()
      expect(await page.getByRole('listitem').allInnerTexts()).toEqual([
        expect.stringContaining('Only 2 left, you want 5'),
        expect.stringContaining('Sold out at the moment'),
      ])
      await page.getByRole('button', { name: 'Hold the 2 units for 10 minutes' }).click()
      await page.waitForURL(/\/holds\//)
      expect(await page.getByText('You wanted 5; there were 2.').count()).toBe(1)
      await page.goto(shop.url('/cart'))
      expect(await page.getByRole('listitem').count()).toBe(1)
      await page.context().close()
    },
  )

  test('what has sold out since the page was made cannot be put into the cart', async () => {
    await shop.database.pool.query(
      `update item_availability set availability = 'out_of_stock' where item_id = 10`,
    )
    const page = await shop.open('/item/10')
    await waitFor('the page knows', async () => {
      await page.reload()
      return (await page.locator('.item-stock').innerText()) === 'Out of stock'
    })
    const button = page.getByRole('button', { name: 'Put into the cart' })
    expect(await button.isDisabled()).toBe(true)
    expect(await button.getAttribute('aria-describedby')).toBe('item-stock')
    await page.context().close()
  })
}
