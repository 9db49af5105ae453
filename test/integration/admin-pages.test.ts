/** Pages of administration, asked as a browser asks, against a real Postgres and a real gate. */
import { describe, expect, test } from 'vitest'
import { openAdmin } from '../support/admin-desk.ts'
import { useDatabase } from '../support/database.ts'
import { testTokens } from '../support/identity.ts'
import { openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'

const database = await useDatabase('admin_pages')
const { pool } = database
const desk = openDesk(pool)
const { app } = await openAdmin(database)
const OWN = { 'sec-fetch-site': 'same-origin' }

/** A form as a page sends it. */
const submit = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  app.request(path, { method: 'POST', headers: { ...OWN, ...headers }, body: new URLSearchParams(fields) })

/** The cookie of somebody who has logged in. */
async function logIn(role: 'inventory' | 'orders' | 'guest', host = '127.0.0.1:8081') {
  const { token } = await testTokens().issue('ann', role)
  const reply = await submit('/admin/desk/login', { token: `${token}\n` }, { host })
  return { status: reply.status, set: reply.headers.get('set-cookie') ?? '' }
}
const cookieOf = (set: string) => ({ cookie: set.split(';')[0] ?? '' })

describe('logging in', () => {
  test('puts the token into a cookie that no script and no other site can use', async () => {
    const { status, set } = await logIn('orders')
    expect([status, set]).toEqual([
      303,
      expect.stringMatching(/^aisle_staff=\S+; HttpOnly; SameSite=Strict; Path=\/admin; Max-Age=\d+$/),
    ])
    expect((await logIn('orders', 'desk.example.com')).set).toMatch(/; Secure$/)
    const page = await app.request('/admin', { headers: cookieOf(set) })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Log ann out')])
  })

  test('is for staff, from a page of ours, and everybody else is sent there', async () => {
    expect((await logIn('guest')).status).toBe(401)
    expect((await submit('/admin/desk/login', { token: 'x' })).status).toBe(401)
    expect(
      (await submit('/admin/desk/login', { token: 'x' }, { 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(403)
    for (const path of ['/admin', '/admin/desk/orders', '/admin/desk/drift']) {
      const reply = await app.request(path)
      expect([reply.status, reply.headers.get('location')], path).toEqual([303, '/admin/desk/login'])
    }
  })

  test('ends with logging out', async () => {
    const reply = await submit('/admin/desk/logout', {}, cookieOf((await logIn('orders')).set))
    expect([reply.status, reply.headers.get('set-cookie')]).toEqual([
      303,
      expect.stringContaining('Max-Age=0'),
    ])
  })
})

test('the forms of a SKU receive, correct and move, each once, and show what is in the way', async () => {
  await stockShop(pool, { LAMP: { units: 5 } })
  await pool.query(`insert into inv.location (loc, name) values (2, 'back room')`)
  const ann = cookieOf((await logIn('inventory')).set)
  const page = async () => (await app.request('/admin?sku=LAMP', { headers: ann })).text()
  const key = /name="key" value="([^"]+)"/.exec(await page())?.[1] ?? ''
  const receive = { sku: 'LAMP', loc: '1', receive: '4', reason: 'delivery <7>', key }
  for (let sent = 0; sent < 2; sent += 1) {
    const reply = await submit('/admin/desk/stock', receive, ann)
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/admin?sku=LAMP&done=1'])
  }
  expect(await desk.shelf('LAMP')).toMatchObject({ on_hand: 9 })
  expect(await page()).toMatch(
    /<strong>9<\/strong> available[^]*receive[^]*on hand \+4[^]*ann[^]*delivery &lt;7&gt;/,
  )
  const hold = await desk.hold({ LAMP: 8 })
  const correct = { sku: 'LAMP', loc: '1', d_on_hand: '-3', reason: 'broken', key: '' }
  expect((await submit('/admin/desk/stock', correct, ann)).status).toBe(400) // no key: not a form of ours
  const { key: _, ...keyless } = correct
  const refused = await submit('/admin/desk/stock', keyless, ann)
  expect([refused.status, await refused.text()]).toEqual([
    409,
    expect.stringContaining(`hold ${hold.id}, ACTIVE: 8 units`),
  ])
  const gives = await submit('/admin/desk/stock', { ...keyless, release_holds: '1' }, ann)
  expect([gives.status, await desk.stateOf(hold.id)]).toEqual([303, 'RELEASED'])
  const move = { sku: 'LAMP', from: '1', to: '2', qty: '2', reason: 'room' }
  expect((await submit('/admin/desk/transfer', move, ann)).status).toBe(303)
  expect((await submit('/admin/desk/transfer', { ...move, qty: '99' }, ann)).status).toBe(409)
  expect((await submit('/admin/desk/transfer', { ...move, qty: 'many' }, ann)).status).toBe(400)
  expect(await desk.shelf('LAMP', 2)).toMatchObject({ on_hand: 2 })
  const foreign = await submit('/admin/desk/stock', keyless, { ...ann, 'sec-fetch-site': 'cross-site' })
  expect(foreign.status).toBe(403)
})

test('an order is sent from its page, by those who look after orders', async () => {
  await stockShop(pool, { SENT: { units: 5 } })
  const { order_id } = await desk.order({ SENT: 2 })
  const clerk = cookieOf((await logIn('inventory')).set)
  const boss = cookieOf((await logIn('orders')).set)
  expect((await app.request('/admin/desk/orders', { headers: clerk })).status).toBe(403)
  const page = await (await app.request('/admin/desk/orders', { headers: boss })).text()
  expect(page).toMatch(new RegExp(`${order_id}[^]*2 x SENT from 1`))
  const sent = await submit(
    '/admin/desk/ship',
    { id: order_id, carrier: 'post', tracking: '', reason: 'packed' },
    boss,
  )
  expect(sent.status).toBe(303)
  expect(await (await app.request('/admin/desk/orders', { headers: boss })).text()).toContain(
    'Nothing waits to be sent.',
  )
  expect(await desk.breaches()).toEqual([])
})
