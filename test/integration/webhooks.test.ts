/** What a payment provider, or somebody who pretends to be one, gets for its webhooks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { SIGNATURE_HEADER, signBody } from '../../src/orders/signature.ts'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { buyer } from '../support/buyer.ts'
import { useDatabase } from '../support/database.ts'
import { PROVIDER_SECRET, startProvider } from '../support/payment-provider.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { newKey } from '../support/shopper.ts'
import { stockShop } from '../support/stocked-shop.ts'

const database = await useDatabase('webhooks')
const { pool, namespace } = database
let api: RunningProcess
const WEBHOOKS = '/v1/webhooks/payments/sim'

beforeAll(async () => {
  const provider = await startProvider()
  const payment = { AISLE_PAYMENT_URL: provider.url, AISLE_PAYMENT_SECRETS: PROVIDER_SECRET }
  api = await startProcess('api', { ...database.env, ...payment })
})
afterAll(async () => {
  expect(await verifyInventory(pool)).toEqual([])
  await api.stop()
})

describe('a webhook', () => {
  const post = (body: string, headers: Record<string, string> = {}, path = WEBHOOKS) =>
    fetch(api.url + path, { method: 'POST', body, headers })
  const signed = (body: string, secret = PROVIDER_SECRET, atSeconds = Date.now() / 1_000) => ({
    [SIGNATURE_HEADER]: signBody([secret], Buffer.from(body), Math.floor(atSeconds)),
  })
  const event = (ref: string) => JSON.stringify({ id: `evt-${newKey()}`, type: 'payment.succeeded', ref })

  test.each([
    ['no signature', () => ({})],
    ['the signature of another secret', (body: string) => signed(body, 'another secret')],
    ['the signature of another body', () => signed('{}')],
    [
      'a signature of 301 seconds ago',
      (body: string) => signed(body, PROVIDER_SECRET, Date.now() / 1_000 - 301),
    ],
  ])('with %s is refused and not kept', async (_, headers) => {
    const body = event('pay_nobody')
    const reply = await post(body, headers(body))
    expect([reply.status, await reply.json()]).toMatchObject([400, { type: '/problems/bad-signature' }])
    const { rows } = await pool.query(`select from inv.payment_event where ref = 'pay_nobody'`)
    expect(rows).toEqual([])
  })

  test('that says paid makes no order while the provider says otherwise', async () => {
    await stockShop(pool, { HINT: { units: 5 } })
    const me = await buyer(api.url, namespace)
    const id = (await me.hold([{ sku: 'HINT', qty: 2 }])).body.hold_id ?? ''
    const { order_id = '', redirect_url = '' } = (await me.pay(id, { scenario: 'shopper' })).body
    const body = event(redirect_url.split('/').at(-1) ?? '')
    for (let copy = 0; copy < 3; copy += 1) expect((await post(body, signed(body))).status).toBe(200)
    expect((await me.order(order_id)).body.state).toBe('PENDING_PAYMENT')
    const { rows } = await pool.query('select applied from inv.payment_event where event_id = $1', [
      JSON.parse(body).id,
    ])
    expect(rows).toEqual([{ applied: true }])
  })

  test('for another provider, or without an event in it, is not taken', async () => {
    const body = event('x')
    expect((await post(body, signed(body), '/v1/webhooks/payments/other')).status).toBe(404)
    expect((await post('{"id":1}', signed('{"id":1}'))).status).toBe(400)
    expect((await post('x'.repeat(70_000), {})).status).toBe(413)
  })
})
