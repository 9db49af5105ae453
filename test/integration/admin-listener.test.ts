/** Administration has a listener of its own in each api process, and the shop does not know it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../stack/ports.ts'
import { useDatabase } from '../support/database.ts'
import { bearerOf } from '../support/identity.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { shopper } from '../support/shopper.ts'
import { stockShop } from '../support/stocked-shop.ts'

const database = await useDatabase('admin_listener')
const { pool, env, namespace } = database
const port = await freePort()
const admin = `http://127.0.0.1:${port}`
let api: RunningProcess

beforeAll(async () => {
  api = await startProcess('api', { ...env, AISLE_ADMIN_PORT: String(port) })
})
afterAll(() => api.stop())

test('the shop knows no path of administration, administration none of the shop', async () => {
  const authorization = await bearerOf('ann', 'orders', namespace)
  const status = async (url: string) => (await fetch(url, { headers: { authorization } })).status
  for (const path of ['/admin', '/admin/', '/admin/stock/X', '/admin/orders', '/admin/desk/orders']) {
    expect(await status(api.url + path), path).toBe(404)
  }
  expect(await status(`${admin}/admin/orders`)).toBe(200)
  for (const path of ['/v1/search?q=a', '/v1/holds', '/metrics', '/']) {
    expect(await status(admin + path), path).toBe(404)
  }
})

test('a delivery is on sale at once in the process that took it', async () => {
  await stockShop(pool, { FRESH: { units: 1 } })
  const me = await shopper(api.url, namespace)
  expect((await me.hold([{ sku: 'FRESH', qty: 1 }])).status).toBe(201)
  expect((await me.hold([{ sku: 'FRESH', qty: 1 }])).status).toBe(409)
  const received = await fetch(`${admin}/admin/stock/FRESH`, {
    method: 'PATCH',
    headers: {
      authorization: await bearerOf('ann', 'inventory', namespace),
      'content-type': 'application/json',
    },
    body: JSON.stringify({ loc: 1, receive: 1, reason: 'delivery' }),
  })
  expect(received.status).toBe(200)
  expect((await me.hold([{ sku: 'FRESH', qty: 1 }])).status).toBe(201)
})
