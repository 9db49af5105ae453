/** What somebody does who buys in a browser, and what the shop has for them. */
import type { Page } from 'playwright-core'
import { adjustStock, receiveStock } from '../../src/postgres/inv/stock.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { BrowserShop } from '../support/browser-shop.ts'
import { waitFor } from '../support/wait-for.ts'

/** Each test has items of its own, ART-1 to ART-30, so that none sees the stock of another. */
export const receive = ({ database }: BrowserShop, units: Readonly<Record<string, number>>) =>
  inTransaction(database.pool, (tx) =>
    receiveStock(
      tx,
      Object.entries(units).map(([sku, qty]) => ({ sku, loc: 1, qty })),
      { reason: 'delivery', actor: 'test' },
    ),
  )
/** As if the last unit were broken. */
export const sellOut = ({ database }: BrowserShop, sku: string) =>
  inTransaction(database.pool, (tx) =>
    adjustStock(
      tx,
      { sku, loc: 1, d_on_hand: -1, release_holds: false },
      { reason: 'broken', actor: 'test' },
    ),
  )
export const price = ({ database }: BrowserShop, sku: string, minor: number) =>
  database.pool.query('update items set price_minor = $2 where sku = $1', [sku, minor])
export const holdsOf = async ({ database }: BrowserShop, sku: string) => {
  const { rows } = await database.pool.query<{ id: string; state: string }>(
    'select h.id, h.state from inv.hold h join inv.hold_line l on l.hold_id = h.id where l.sku = $1',
    [sku],
  )
  return rows
}

/** Put an item into the cart from its page, and open the cart. */
export async function putIntoCart(page: Page, shop: BrowserShop, item: number, qty = 1): Promise<void> {
  await page.goto(shop.url(`/item/${item}`), { waitUntil: 'domcontentloaded' })
  await page.getByLabel('Quantity').fill(String(qty))
  await page.getByRole('button', { name: 'Put into the cart' }).click()
  await page.getByText(/in your cart/i).waitFor()
  await page.goto(shop.url('/cart'), { waitUntil: 'domcontentloaded' })
}
export const holdButton = (page: Page) => page.getByRole('button', { name: /^Hold / })
export const notice = (page: Page) => page.locator('#notice')

/** Scripts run and do not, in turn: what is asserted is the same. */
export const WAYS = [
  ['with script', {}],
  ['without script', { javaScriptEnabled: false }],
] as const

/** Press Tab until the focus is where it is wanted. */
export async function tabTo(page: Page, name: RegExp | string, role: 'button' | 'link'): Promise<void> {
  const wanted = page.getByRole(role, { name }).first()
  await waitFor(`the focus is on ${String(name)}`, async () => {
    await page.keyboard.press('Tab')
    return (await wanted.and(page.locator(':focus')).count()) === 1
  })
}
