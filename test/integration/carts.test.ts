/** Carts through a real api process: what each call makes of them, and whose they are. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CartAnswer } from '../../src/catalog/cart.ts'
import { useDatabase } from '../support/database.ts'
import { bearerOf } from '../support/identity.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { stockShop } from '../support/stocked-shop.ts'

const database = await useDatabase('carts')
const { pool, namespace } = database
let api: RunningProcess

beforeAll(async () => {
  api = await startProcess('api', database.env)
})
afterAll(() => api.stop())

type Reply = {
  readonly status: number
  readonly cart: CartAnswer
  readonly type: string
  readonly cookie: string
}

/** Calls of one guest or customer. */
async function caller(role: 'guest' | 'customer') {
  const subject = role === 'guest' ? `guest:${randomUUID()}` : randomUUID()
  const authorization = await bearerOf(subject, role, namespace)
  const call = async (method: string, path: string, body?: unknown): Promise<Reply> => {
    const reply = await fetch(`${api.url}/v1/cart${path}`, {
      method,
      headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : null,
    })
    const cart = (await reply.json()) as CartAnswer & { type: string }
    return { status: reply.status, cart, type: cart.type, cookie: reply.headers.get('set-cookie') ?? '' }
  }
  return { token: authorization.replace('Bearer ', ''), call }
}
const unitsIn = ({ cart }: Reply) => cart.lines.map((line) => [line.sku, line.qty])

test('units are added, set and taken out, and every answer is the cart with its total', async () => {
  await stockShop(pool, { 'C 1/2%': { units: 5, price: 1_200 }, C2: { units: 1, price: 300 } })
  const { call } = await caller('guest')
  expect((await call('GET', '')).cart).toEqual({ lines: [], units: 0, currency: null, total: 0 })
  await call('POST', '/lines', { sku: 'C 1/2%', qty: 1, seen_price: 1_000 })
  await call('POST', '/lines', { sku: 'C 1/2%', qty: 1, seen_price: 1_000 })
  const added = await call('POST', '/lines', { sku: 'C2', qty: 2 })
  expect(unitsIn(added)).toEqual([
    ['C 1/2%', 2],
    ['C2', 2],
  ])
  expect(added.cart).toMatchObject({ units: 4, currency: 'EUR', total: 2_700 })
  expect(added.cart.lines[0]).toMatchObject({ price: 1_200, seen_price: 1_000, state: 'low' })
  expect(added.cart.lines[1]).toMatchObject({ state: 'short', obtainable: 1, seen_price: 300 })
  expect(added.cookie).toContain('aisle_cart=4;')
  const path = `/lines/${encodeURIComponent('C 1/2%')}`
  expect(unitsIn(await call('PUT', path, { qty: 5 }))).toEqual([
    ['C 1/2%', 5],
    ['C2', 2],
  ])
  expect(unitsIn(await call('DELETE', path))).toEqual([['C2', 2]])
  expect(unitsIn(await call('DELETE', path))).toEqual([['C2', 2]])
})

test('what is not in the shop cannot be put, and the cart of somebody else is another', async () => {
  await stockShop(pool, { C3: { units: 5 } })
  const [one, other] = [await caller('guest'), await caller('guest')]
  const unknown = await one.call('POST', '/lines', { sku: 'no such thing', qty: 1 })
  expect([unknown.status, unknown.type]).toEqual([422, '/problems/unknown-sku'])
  await one.call('POST', '/lines', { sku: 'C3', qty: 1 })
  expect(unitsIn(await other.call('GET', ''))).toEqual([])
})

test('a customer takes over the cart of the guest that they were, once and with their own lines first', async () => {
  await stockShop(pool, { C4: { units: 5 }, C5: { units: 5 } })
  const [guest, customer] = [await caller('guest'), await caller('customer')]
  await guest.call('POST', '/lines', { sku: 'C4', qty: 3 })
  await guest.call('POST', '/lines', { sku: 'C5', qty: 2 })
  await customer.call('POST', '/lines', { sku: 'C5', qty: 1 })
  for (let times = 0; times < 2; times += 1) {
    const joined = await customer.call('POST', '/join', { guest_token: guest.token })
    expect(Object.fromEntries(unitsIn(joined))).toEqual({ C4: 3, C5: 1 })
  }
  expect(unitsIn(await guest.call('GET', ''))).toEqual([])
  const forged = await customer.call('POST', '/join', { guest_token: customer.token })
  expect([forged.status, forged.type]).toEqual([400, '/problems/bad-request'])
})
