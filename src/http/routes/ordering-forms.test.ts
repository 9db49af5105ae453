/** What holds for every form about carts, holds and orders, and for the pages that carry them. */
import { expect, test } from 'vitest'
import { edge } from '../../../test/support/edge.ts'
import { testIdentity } from '../../../test/support/identity.ts'
import { keptOf } from '../kept.ts'

const ID = '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01'
const FORMS = [
  '/cart',
  '/cart/lines',
  '/holds',
  `/holds/${ID}/extend`,
  `/holds/${ID}/change`,
  `/holds/${ID}/release`,
  `/holds/${ID}/again`,
  `/checkout/${ID}`,
  `/orders/${ID}/cancel`,
  `/orders/${ID}/returns`,
]
const identity = testIdentity()
const { token } = await identity.guests.begin()
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const send = (path: string, headers: Record<string, string>) =>
  edge({ identity }).request(path, { method: 'POST', headers, body: `key=${ID}` })

test.each(FORMS)('the form %s is taken from a page of the shop alone', async (path) => {
  const cookie = `aisle_at=${token}`
  const statuses = await Promise.all([
    send(path, { ...FORM, cookie, 'sec-fetch-site': 'cross-site' }),
    send(path, { ...FORM, cookie, 'sec-fetch-site': 'same-site' }),
    send(path, { ...FORM, cookie }),
    send(path, { ...FORM, cookie, origin: 'https://elsewhere.example.com' }),
    send(path, { ...FORM, 'sec-fetch-site': 'cross-site' }),
  ])
  expect(statuses.map((reply) => reply.status)).toEqual([403, 403, 403, 403, 401])
  const own = await send(path, { ...FORM, cookie, 'sec-fetch-site': 'same-origin' })
  expect([401, 403]).not.toContain(own.status)
})

test.each(FORMS)('the form %s takes a form and nothing else', async (path) => {
  const reply = await send(path, { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' })
  expect(reply.status).toBe(415)
})

test.each(['/cart', `/holds/${ID}`, `/checkout/${ID}`, '/orders', `/orders/${ID}`])(
  'the page %s is kept by nobody',
  async (path) => {
    const reply = await edge().request(path, { headers: { accept: 'text/html' } })
    expect(reply.headers.get('cache-control')).toBe('no-store')
    expect(keptOf(path, () => 'g')).toBeNull()
  },
)

test('somebody without a token sees an empty cart and no orders, and becomes no guest by looking', async () => {
  for (const path of ['/cart', '/orders']) {
    const reply = await edge().request(path, { headers: { 'sec-fetch-site': 'same-origin' } })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('set-cookie') ?? '').not.toContain('aisle_at')
  }
})
