/** The pages of administration in a real browser: logged in by hand, used, and without barriers. */
import { afterAll, expect, test } from 'vitest'
import { listen } from '../../src/http/server.ts'
import { startingState } from '../../src/http/state.ts'
import { openAdmin } from '../support/admin-desk.ts'
import { launch, NARROW } from '../support/browser-shop.ts'
import { describeWith } from '../support/capabilities.ts'
import { useDatabase } from '../support/database.ts'
import { testTokens } from '../support/identity.ts'
import { openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'
import { violationsOf } from './quality.ts'

describeWith('chromium', 'administration in a browser', async () => {
  const database = await useDatabase('admin_browser')
  const { app } = await openAdmin(database)
  const desk = openDesk(database.pool)
  const server = await listen(app, '127.0.0.1', 0)
  const browser = await launch()
  afterAll(async () => {
    await browser.close()
    await server.drain(startingState([]), { waitMs: 0, finishMs: 1_000 })
  })

  test('somebody logs in, receives units and sends an order, and axe finds no barrier on any page', async () => {
    await stockShop(database.pool, { LAMP: { units: 5 } })
    await desk.order({ LAMP: 2 })
    const faults: string[] = []
    const page = await browser.newPage({ viewport: NARROW })
    page.on('console', (said) => said.type() === 'error' && faults.push(said.text()))
    page.on('pageerror', (error) => faults.push(error.message))

    await page.goto(`${server.url}/admin`)
    expect(await violationsOf(page)).toEqual([])
    const { token } = await testTokens().issue('ann', 'orders')
    await page.getByLabel('Access token').fill(token)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByLabel('SKU').fill('LAMP')
    await page.getByRole('button', { name: 'Show' }).click()
    expect(await violationsOf(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(NARROW.width)

    const receive = page.locator('form', { hasText: 'Units that arrive' })
    await receive.getByLabel('Units that arrive').fill('7')
    await receive.getByLabel('Reason').fill('delivery')
    await receive.getByRole('button', { name: 'Receive' }).click()
    await page.getByRole('status').getByText('Done.').waitFor()
    expect(await page.locator('main').innerText()).toContain('10 available to shoppers')

    await page.getByRole('link', { name: 'Orders to send' }).click()
    expect(await violationsOf(page)).toEqual([])
    await page.getByLabel('Reason').fill('packed')
    await page.getByRole('button', { name: 'Sent' }).click()
    await page.getByText('Nothing waits to be sent.').waitFor()
    await page.getByRole('link', { name: 'Drift' }).click()
    expect(await violationsOf(page)).toEqual([])
    expect([await desk.shelf('LAMP'), faults]).toMatchObject([{ on_hand: 10, committed: 0 }, []])
  })
})
