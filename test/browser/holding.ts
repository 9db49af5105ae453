/** Holds: made once, raced for, changed, given back and over. */
import { expect, test } from 'vitest'
import { type BrowserShop, NARROW } from '../support/browser-shop.ts'
import { unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'
import { holdButton, holdsOf, notice, price, putIntoCart, receive, tabTo, WAYS } from './buyer.ts'
import { violationsOf } from './quality.ts'

export function holdTests(shop: BrowserShop): void {
  test.each(WAYS)(
    'of two who want the last unit one holds it and the other is told so %s',
    async (way, options) => {
      const item = way === 'with script' ? 11 : 12
      await receive(shop, { [`ART-${item}`]: 1 })
      const pages = await Promise.all([shop.open('/', options), shop.open('/', options)])
      for (const page of pages) await putIntoCart(page, shop, item)
      await Promise.all(pages.map((page) => holdButton(page).click()))
      await waitFor('both have an answer', async () => {
        const answers = await Promise.all(pages.map((page) => page.locator('.clock, #notice').count()))
        return answers.every((count) => count > 0)
      })
      const isHeld = await Promise.all(
        pages.map(async (page) => (await page.locator('.clock').count()) === 1),
      )
      expect(isHeld.toSorted()).toEqual([false, true])
      const [winner, loser] = isHeld[0] ? pages : [pages[1], pages[0]]
      expect(await winner?.locator('.clock').innerText()).toMatch(/^(10:00|9:\d\d)\s+until /)
      expect(await loser?.locator('#notice').innerText()).toContain('Sold out: somebody else was faster with')
      expect(await loser?.getByRole('listitem').innerText()).toContain('Sold out at the moment')
      expect(await unitsOf(shop.database.pool, `ART-${item}`)).toMatchObject({ held: 1, on_hand: 1 })
      for (const page of pages) await page.context().close()
    },
  )

  test.each(WAYS)(
    'a price that changes between cart and hold is told before anything is held %s',
    async (way, options) => {
      const item = way === 'with script' ? 13 : 14
      await receive(shop, { [`ART-${item}`]: 5 })
      const page = await shop.open('/', options)
      await putIntoCart(page, shop, item)
      await price(shop, `ART-${item}`, 1_999)
      await holdButton(page).click()
      await notice(page).waitFor()
      expect(await notice(page).innerText()).toMatch(/The price of .* has just changed. Nothing is held/)
      expect(await page.getByRole('listitem').innerText()).toContain(
        'The price has risen since you put this in',
      )
      await holdButton(page).click()
      await page.waitForURL(/\/holds\//)
      expect(await page.locator('.order-total strong').innerText()).toBe('€19.99')
      await price(shop, `ART-${item}`, 2_999)
      await page.reload()
      expect(await page.locator('.order-total strong').innerText()).toBe('€19.99')
      await page.context().close()
    },
  )

  test('a form that is sent twice makes one hold, and the page of it can be loaded again', async () => {
    await receive(shop, { 'ART-15': 9 })
    const page = await shop.open('/', { javaScriptEnabled: false })
    await putIntoCart(page, shop, 15, 2)
    const form = {
      ...{ key: await page.locator('input[name=key]').inputValue(), sku: 'ART-15', qty: '2' },
      price: await page.locator('input[name=price]').inputValue(),
    }
    await holdButton(page).dblclick()
    await page.waitForURL(/\/holds\//)
    const again = await page.request.post(shop.url('/holds'), { form, headers: { origin: shop.url('') } })
    expect(again.url()).toBe(page.url())
    await page.reload()
    expect((await holdsOf(shop, 'ART-15')).map((hold) => hold.id)).toEqual([page.url().split('/').at(-1)])
    await page.context().close()
  })

  test.each(WAYS)('a hold is made longer, changed and given back into the cart %s', async (way, options) => {
    const item = way === 'with script' ? 16 : 17
    await receive(shop, { [`ART-${item}`]: 5 })
    const page = await shop.open('/', options)
    await putIntoCart(page, shop, item, 2)
    await holdButton(page).click()
    await page.waitForURL(/\/holds\//)
    await page.getByRole('button', { name: '5 more minutes' }).click()
    await waitFor('more time', async () => /^1[45]:/.test(await page.locator('.clock-time').innerText()))
    await page.getByRole('button', { name: /^One more/ }).click()
    await waitFor('three units', async () => (await page.locator('#qty-0').inputValue()) === '3')
    expect(await page.locator('.clock-time').innerText()).toMatch(/^1[45]:/)
    await page.locator('#qty-0').fill('9')
    await page.locator('#qty-0').press('Enter')
    await notice(page).waitFor()
    expect(await notice(page).innerText()).toContain('There are not enough units left')
    expect(await page.locator('#qty-0').inputValue()).toBe('3')
    await page.getByRole('button', { name: /^Give back/ }).click()
    await page.waitForURL(/\/cart$/)
    expect(await page.locator('#qty-0').inputValue()).toBe('3')
    expect(await unitsOf(shop.database.pool, `ART-${item}`)).toMatchObject({ held: 0 })
    await page.context().close()
  })

  test('the page of a hold says that its time is over, and puts it into the cart again', async () => {
    await receive(shop, { 'ART-18': 2 })
    const page = await shop.open('/')
    await putIntoCart(page, shop, 18, 2)
    await holdButton(page).click()
    await page.waitForURL(/\/holds\//)
    await shop.database.pool.query(
      `update inv.hold set expires_at = clock_timestamp() + interval '2 seconds', due_at = clock_timestamp() + interval '2 seconds' where id = $1`,
      [page.url().split('/').at(-1)],
    )
    await page.reload()
    expect(await page.locator('.hold').getAttribute('class')).toContain('hold-ending')
    await page.getByRole('heading', { name: 'The time is over' }).waitFor()
    await page.getByRole('button', { name: 'Put these into the cart again' }).click()
    await page.waitForURL(/\/cart$/)
    expect(await page.locator('#qty-0').inputValue()).toBe('2')
    await page.context().close()
  })

  test('somebody else sees neither the cart nor the hold', async () => {
    await receive(shop, { 'ART-19': 2 })
    const page = await shop.open('/')
    await putIntoCart(page, shop, 19)
    await holdButton(page).click()
    await page.waitForURL(/\/holds\//)
    const other = await shop.open('/')
    expect((await other.goto(page.url()))?.status()).toBe(404)
    await putIntoCart(other, shop, 20)
    expect((await other.goto(page.url()))?.status()).toBe(404)
    for (const one of [page, other]) await one.context().close()
  })

  test('the keyboard alone gets from an item to a hold, and the focus stays where it was', async () => {
    await receive(shop, { 'ART-21': 9 })
    const page = await shop.open('/item/21')
    const press = async (name: RegExp | string, role: 'button' | 'link' = 'button') => {
      await tabTo(page, name, role)
      await page.keyboard.press('Enter')
    }
    await press('Put into the cart')
    await page.getByText('In your cart: 1.').waitFor()
    await press('Go to the cart', 'link')
    await page.waitForURL(/\/cart$/)
    await press(/^One more/)
    await waitFor('two units', async () => (await page.locator('#qty-0').inputValue()) === '2')
    expect(await page.evaluate('document.activeElement.id')).toBe('more-0')
    await press(/^Hold/)
    await page.waitForURL(/\/holds\//)
    await press(/^Give back/)
    await page.waitForURL(/\/cart$/)
    await page.context().close()
  })

  test('the pages of cart and hold have no barrier and do not scroll sideways on a narrow screen', async () => {
    await receive(shop, { 'ART-22': 3 })
    const page = await shop.open('/cart', { viewport: NARROW })
    const isGood = async (name: string) => {
      expect(await violationsOf(page), name).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBe(NARROW.width)
    }
    await isGood('an empty cart')
    await putIntoCart(page, shop, 22, 5)
    await isGood('a cart with a line that is short')
    await holdButton(page).click()
    await page.waitForURL(/\/holds\//)
    await isGood('a hold')
    await page.goto(shop.url('/cart'))
    await isGood('a cart beside a hold')
    await page.getByRole('link', { name: 'Go on with them' }).click()
    await page.getByRole('button', { name: /^Give back/ }).click()
    await page.waitForURL(/\/cart$/)
    await page.goBack()
    await page.reload()
    await isGood('a hold that was given back')
    await page.context().close()
  })
}
