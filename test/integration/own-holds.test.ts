/** A hold of one's own, and who may call: through real api processes, Postgres and Redis. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { newKey, shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('own_holds')
const { pool } = database
let api: RunningProcess
/** A shopper of their own for each test. */
const shop = (subject?: string) => shopper(api.url, database.namespace, subject)

beforeAll(async () => {
  api = await startProcess('api', database.env)
})
afterAll(async () => {
  expect(await verifyInventory(pool)).toEqual([]) // whatever the tests did, every invariant holds
  await api.stop()
})

describe('a hold of mine', () => {
  test('is extended up to half an hour, and no further', async () => {
    await stockShop(pool, { LONGER: { units: 9 } })
    const me = await shop()
    const { body } = await me.hold([{ sku: 'LONGER', qty: 1 }])
    const id = body.hold_id ?? ''
    const before = Date.parse((await me.look(id)).body.expires_at ?? '')
    const extended = await me.extend(id, 300)
    expect([extended.status, Date.parse(extended.body.expires_at ?? '') - before]).toEqual([200, 300_000])
    expect((await me.extend(id, 1_000)).body).toMatchObject({ reason: 'EXTEND_REFUSED' })
  })

  test('is given back once, and the units are there for others', async () => {
    await stockShop(pool, { BACK: { units: 1 } })
    const [me, you] = [await shop(), await shop()]
    const { body } = await me.hold([{ sku: 'BACK', qty: 1 }])
    for (let call = 0; call < 2; call += 1) {
      const released = await me.release(body.hold_id ?? '')
      expect([released.status, released.body.state]).toEqual([200, 'RELEASED'])
    }
    expect(await unitsOf(pool, 'BACK')).toMatchObject({ on_hand: 1, held: 0 })
    expect((await me.extend(body.hold_id ?? '', 60)).body.reason).toBe('RELEASED')
    expect((await you.look(body.hold_id ?? '')).status).toBe(404)
  })

  test('takes other lines in its place, all or none, with the prices and the time it had', async () => {
    await stockShop(pool, { SHIRT: { units: 3, price: 2_000 }, SOCKS: { units: 5, price: 500 } })
    const me = await shop()
    const first = (await me.hold([{ sku: 'SHIRT', qty: 3 }])).body.hold_id ?? ''
    await pool.query(`update items set price_minor = 9999 where sku = 'SHIRT'`)
    const tooMany = await me.change(first, [{ sku: 'SHIRT', qty: 4 }])
    expect([tooMany.status, tooMany.body.lines]).toEqual([
      409,
      [{ sku: 'SHIRT', requested: 4, available: 3 }],
    ])
    expect((await me.look(first)).body).toMatchObject({ state: 'ACTIVE', total_minor: 6_000 })
    const key = newKey()
    const lines = [
      { sku: 'SHIRT', qty: 2 },
      { sku: 'SOCKS', qty: 1 },
    ]
    const changed = await me.change(first, lines, key)
    expect([changed.status, changed.body.hold_id, changed.body.total_minor]).toEqual([200, key, 4_500])
    expect(Number(changed.headers.get('hold-expires-in'))).toBeLessThanOrEqual(599_000)
    expect((await me.look(first)).body.state).toBe('RELEASED')
    const again = await me.change(first, lines, key)
    expect([again.status, again.text, again.headers.get('idempotent-replay')]).toEqual([
      200,
      changed.text,
      'true',
    ])
    expect((await me.change(first, [{ sku: 'SOCKS', qty: 1 }])).body.reason).toBe('RELEASED')
    expect([await unitsOf(pool, 'SHIRT'), await unitsOf(pool, 'SOCKS')]).toMatchObject([
      { held: 2 },
      { held: 1 },
    ])
    expect((await (await shop()).change(key, lines)).status).toBe(404)
  })

  test('changed again and again gets no more time than it had', async () => {
    await stockShop(pool, { AGAIN: { units: 9 } })
    const me = await shop()
    const { body } = await me.hold([{ sku: 'AGAIN', qty: 1 }])
    const end = (await me.look(body.hold_id ?? '')).body.max_expires_at
    let id = body.hold_id ?? ''
    for (const qty of [2, 3, 1]) id = (await me.change(id, [{ sku: 'AGAIN', qty }])).body.hold_id ?? ''
    expect((await me.look(id)).body.max_expires_at).toBe(end)
  })

  test('does not exist for anybody else', async () => {
    await stockShop(pool, { MINE: { units: 1 } })
    const [me, you] = [await shop(), await shop()]
    const id = (await me.hold([{ sku: 'MINE', qty: 1 }])).body.hold_id ?? ''
    expect([
      (await you.look(id)).status,
      (await you.extend(id, 60)).status,
      (await you.release(id)).status,
    ]).toEqual([404, 404, 404])
    expect(await unitsOf(pool, 'MINE')).toMatchObject({ held: 1 })
  })

  test('is over at its time, before anybody sweeps', async () => {
    await stockShop(pool, { SOON: { units: 1 } })
    const me = await shop()
    const { body } = await me.hold([{ sku: 'SOON', qty: 1 }], { ttl_s: 1 })
    const id = body.hold_id ?? ''
    const over = await waitFor('its time is over', async () => {
      const now = await me.look(id)
      return now.body.state === 'EXPIRED' && now
    })
    expect(over.body.expires_in_ms).toBe(0)
    expect((await me.extend(id, 60)).body.reason).toBe('EXPIRED')
  })
})

describe('who calls', () => {
  test('without a token is told to get one, and a wrong key is told to be one', async () => {
    const bare = await fetch(`${api.url}/v1/holds`, { method: 'POST', body: '{}' })
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    const me = await shop()
    expect((await me.hold([{ sku: 'X', qty: 1 }], { key: 'my-key' })).body.type).toBe(
      '/problems/idempotency-key-invalid',
    )
    expect((await me.hold([{ sku: 'X', qty: 0 }])).status).toBe(400)
    expect((await me.hold([])).status).toBe(400)
  })

  test('with a browser becomes a guest at the first hold and stays one', async () => {
    await stockShop(pool, { BROWSE: { units: 9 } })
    const body = JSON.stringify({ lines: [{ sku: 'BROWSE', qty: 1 }] })
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
    const first = await fetch(`${api.url}/v1/holds`, { method: 'POST', headers, body })
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
    expect([first.status, cookie.startsWith('aisle_at=')]).toEqual([201, true])
    const { hold_id } = (await first.json()) as { hold_id: string }
    const mine = await fetch(`${api.url}/v1/holds/${hold_id}`, { headers: { cookie } })
    expect(mine.status).toBe(200)
    const foreign = await fetch(`${api.url}/v1/holds`, {
      method: 'POST',
      headers: { ...headers, cookie, 'sec-fetch-site': 'cross-site' },
      body,
    })
    expect(foreign.status).toBe(403)
    const form = await fetch(`${api.url}/v1/holds`, {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' },
      body,
    })
    expect(form.status).toBe(415)
  })
})
