/** The module that pages use for live stock, in a real browser: by a stream, and by asking where there is none. */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { receiveStock } from '../../src/postgres/inv/stock.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { BrowserShop } from '../support/browser-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const SKU = 'WATCHED-1'
/** Of an item that results and its own page show. */
const SHOWN = { sku: 'ART-14', item: 14, model: 'M114' }
/** A little more than the longest pause before a question, ms of the page's clock. */
const ASKED_AFTER_MS = 6_500

type Seen = { readonly units: number[]; readonly late: boolean[] }

export function liveStockTests(shop: BrowserShop): void {
  const receive = (qty: number, sku = SKU) =>
    inTransaction(shop.database.pool, (tx) =>
      receiveStock(tx, [{ sku, loc: 1, qty }], { reason: 'delivery', actor: 'test' }),
    )

  test('the page of an item and a card in the results show the units as they change', async () => {
    const item = await shop.open(`/item/${SHOWN.item}`)
    const results = await shop.open(`/search?q=${SHOWN.model}`)
    const badges = [item.locator('.item-stock .stock'), results.locator('.card .stock').first()]
    for (const badge of badges) expect(await badge.innerText()).toBe('In stock')
    await receive(2, SHOWN.sku)
    for (const badge of badges) {
      await waitFor('the units', async () => (await badge.innerText()) === 'Only 2 left')
      expect(await badge.getAttribute('class')).toBe('stock stock-low')
    }
    await receive(1_200, SHOWN.sku)
    for (const badge of badges) {
      await waitFor('more units', async () => (await badge.innerText()) === '1,202 in stock')
    }
    await item.context().close()
    await results.context().close()
  })

  test('a page follows the units of a sku by a stream', async () => {
    await receive(1)
    const page = await shop.open('/')
    await watch(page)
    await waitFor('the snapshot', async () => (await seenBy(page)).units.at(-1) === 1)
    await receive(2)
    await waitFor('the change', async () => (await seenBy(page)).units.at(-1) === 3)
    await page.context().close()
  })

  test('a page that gets no stream asks, and shows no count that is older than another', async () => {
    await receive(1)
    const page = await shop.open('/livez')
    await page.clock.install()
    await page.route('**/v1/inventory/stream*', (route) => route.fulfill({ status: 429, body: '' }))
    await page.goto(shop.url('/'), { waitUntil: 'domcontentloaded' })
    await watch(page)
    await waitFor('an answer', async () => {
      await page.clock.runFor(ASKED_AFTER_MS)
      return (await seenBy(page)).units.at(-1) === 4
    })
    await receive(1)
    await waitFor('the next answer', async () => {
      await page.clock.runFor(ASKED_AFTER_MS)
      return (await seenBy(page)).units.at(-1) === 5
    })
    expect(await seenBy(page)).toEqual({ units: [4, 5], late: [] })
    await page.context().close()
    shop.faults.splice(0, shop.faults.length, ...shop.faults.filter((fault) => !fault.includes('429')))
  })
}

/** Start the module as a page would; what it tells is kept in the page. The text runs there, so types end here. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const { src } = document.querySelector('script[src$="/browser/main.js"]')
    const { watchStock } = await import(new URL('live-stock.js', src).href)
    window.seen = { units: [], late: [] }
    watchStock(['${SKU}'], (view) => seen.units.push(view.available), (isLate) => seen.late.push(isLate))
  })()`)
}

function seenBy(page: Page): Promise<Seen> {
  return page.evaluate('window.seen')
}
