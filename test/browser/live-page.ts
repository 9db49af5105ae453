/** Pages while the world behind them changes: prices, stock, a server that goes away. */
import { expect, test } from 'vitest'
import type { BrowserShop } from '../support/browser-shop.ts'
import { waitFor } from '../support/wait-for.ts'

/** The page asks again after this time of its own clock, ms. */
const POLL_MS = 3_000

export function livePageTests(shop: BrowserShop): void {
  test('a price changed by plain SQL is on the page of the item and in the results', async () => {
    const item = await shop.open('/item/7', { javaScriptEnabled: false })
    const results = await shop.open('/search?q=M107')
    expect(await item.locator('.item-price').innerText()).toBe('€10.70')
    await shop.database.pool.query('update items set price_minor = 4321 where item_id = 7')
    for (const page of [item, results]) {
      await waitFor('the price is shown', async () => {
        await page.reload({ waitUntil: 'domcontentloaded' })
        return (await page.locator('.price').first().innerText()) === '€43.21'
      })
    }
    await item.context().close()
    await results.context().close()
  })

  test('an open item page follows price and stock by itself, and asks only for what is new', async () => {
    const page = await shop.open('/livez')
    await page.clock.install()
    const statuses: number[] = []
    page.on('response', (reply) => {
      if (reply.url().endsWith('/v1/items/8')) statuses.push(reply.status())
    })
    await page.goto(shop.url('/item/8'), { waitUntil: 'domcontentloaded' })
    const becomes = (what: string, ask: () => Promise<boolean> | boolean) =>
      waitFor(what, async () => {
        await page.clock.runFor(POLL_MS)
        return await ask()
      })
    await becomes('an answer without a body', () => statuses.includes(304))
    await shop.database.pool.query(`update items set price_minor = 999 where item_id = 8`)
    await becomes('the price', async () => (await page.locator('.item-price').innerText()) === '€9.99')
    expect(await page.locator('.item-news').innerText()).toContain('from €10.80 to €9.99')
    await shop.database.pool.query(
      `update item_availability set availability = 'out_of_stock' where item_id = 8`,
    )
    await becomes('the stock', async () => (await page.locator('.item-stock').innerText()) === 'Out of stock')
    await shop.database.pool.query(`update items set status = 'hidden' where item_id = 8`)
    await becomes('the end', async () =>
      (await page.locator('.item-news').innerText()).includes('has just left'),
    )
    await page.context().close()
  })

  test('without Elasticsearch the shop goes on and says what is missing', async () => {
    const page = await shop.open('/')
    shop.elasticsearch.setMode('refuse')
    shop.elasticsearch.reset()
    await page.locator('#q').fill('wireless mouse')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=wireless/)
    expect(await page.locator('.notice-warn').innerText()).toMatch(/being repaired.*simpler rules/)
    expect(await page.locator('.card').count()).toBeGreaterThan(0)
    await page.goto(shop.url('/item/9'), { waitUntil: 'domcontentloaded' })
    expect(await page.locator('.item-price').innerText()).toBe('€10.90')
    shop.elasticsearch.setMode('pass')
    await waitFor(
      'the banner is gone',
      async () => {
        await page.goto(shop.url('/search?q=mouse'), { waitUntil: 'domcontentloaded' })
        return (await page.locator('.notice-warn').count()) === 0
      },
      { deadlineMs: 20_000 },
    )
    await page.context().close()
  })
}
