/** Buying in a real browser: cart and hold, with script and by forms alone. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { adjustStock, receiveStock } from '../../src/postgres/inv/stock.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import { violationsOf } from './quality.ts'
import { type BrowserShop, NARROW, useBrowserShop } from '../support/browser-shop.ts'
import { describeWith } from '../support/capabilities.ts'
import { unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

describeWith('chromium', 'ordering in a browser', async () => {
  const shop = await useBrowserShop()
  cartTests(shop)
  holdTests(shop)

  test('nothing of buying breaks a policy or throws in the browser', () => {
    expect(shop.faults.filter((fault) => !fault.includes('status of 409'))).toEqual([])
  })
})

/** Each test has items of its own, ART-1 to ART-30, so that none sees the stock of another. */
const receive = ({ database }: BrowserShop, units: Readonly<Record<string, number>>) =>
  inTransaction(database.pool, (tx) =>
    receiveStock(
      tx,
      Object.entries(units).map(([sku, qty]) => ({ sku, loc: 1, qty })),
      { reason: 'delivery', actor: 'test' },
    ),
  )
/** As if the last unit were broken. */
const sellOut = ({ database }: BrowserShop, sku: string) =>
  inTransaction(database.pool, (tx) =>
    adjustStock(tx, { sku, loc: 1, d_on_hand: -1, release_holds: false }, { reason: 'broken', actor: 'test' }),
  )
const price = ({ database }: BrowserShop, sku: string, minor: number) =>
  database.pool.query('update items set price_minor = $2 where sku = $1', [sku, minor])
const holdsOf = async ({ database }: BrowserShop, sku: string) => {
  const { rows } = await database.pool.query<{ id: string; state: string }>(
    'select h.id, h.state from inv.hold h join inv.hold_line l on l.hold_id = h.id where l.sku = $1',
    [sku],
  )
  return rows
}

/** Put an item into the cart from its page, and open the cart. */
async function putIntoCart(page: Page, shop: BrowserShop, item: number, qty = 1): Promise<void> {
  await page.goto(shop.url(`/item/${item}`), { waitUntil: 'domcontentloaded' })
  await page.getByLabel('Quantity').fill(String(qty))
  await page.getByRole('button', { name: 'Put into the cart' }).click()
  await page.getByText(/in your cart/i).waitFor()
  await page.goto(shop.url('/cart'), { waitUntil: 'domcontentloaded' })
}
const holdButton = (page: Page) => page.getByRole('button', { name: /^Hold / })
const notice = (page: Page) => page.locator('#notice')

/** Scripts run and do not, in turn: what is asserted is the same. */
const WAYS = [
  ['with script', {}],
  ['without script', { javaScriptEnabled: false }],
] as const

function cartTests(shop: BrowserShop): void {
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

function holdTests(shop: BrowserShop): void {
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

/** Press Tab until the focus is where it is wanted. */
async function tabTo(page: Page, name: RegExp | string, role: 'button' | 'link'): Promise<void> {
  const wanted = page.getByRole(role, { name }).first()
  await waitFor(`the focus is on ${String(name)}`, async () => {
    await page.keyboard.press('Tab')
    return (await wanted.and(page.locator(':focus')).count()) === 1
  })
}
