/** Paying and orders through real api processes, Postgres and the simulated provider: what a shop gets for each call. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { shipOrderLines } from '../../src/postgres/inv/order-lines.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { Buyer, Reply } from '../support/buyer.ts'
import { judgeBy, type OpenApi } from '../support/openapi.ts'
import { openPayingShop } from '../support/paying-shop.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { newKey } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const shop = await openPayingShop('orders')
const { pool } = shop
let other: RunningProcess
/** The same person at another process. */
const elsewhere = (me: Buyer) => shop.buyer(other.url, me.subject)
const held = (sku: string, units = 5) => shop.held(sku, units, 2)

beforeAll(async () => {
  other = await startProcess('api', shop.env)
})
afterEach(() => shop.rest(15_000))
afterAll(() => other.stop())

const refundsOf = async (orderId: string) =>
  (
    await pool.query(
      'select amount_minor::integer, reason from inv.refund where order_id = $1 order by created_at',
      [orderId],
    )
  ).rows
/** The shopper takes the request id out of a problem. */
const withId = (answer: object, status: number) => (status < 400 ? answer : { ...answer, request_id: 'x' })
const ship = (order_id: string, sku: string, qty: number) =>
  inTransaction(pool, (tx) =>
    shipOrderLines(tx, {
      ...{ id: newKey(), order_id, carrier: null, tracking: null, actor: 'test' },
      lines: [{ sku, loc: 1, qty }],
    }),
  )

describe('a call to pay', () => {
  test('makes an order of the hold once its money has come', async () => {
    const { me, id } = await held('PAID')
    const key = newKey()
    const paid = await me.pay(id, { key })
    expect([paid.status, paid.body, paid.headers.get('location')]).toEqual([
      202,
      { order_id: key, state: 'ALLOCATED', payment_state: 'SUCCEEDED' },
      `/v1/orders/${key}`,
    ])
    expect((await me.order(key)).body).toMatchObject({
      ...{ order_id: key, hold_id: id, state: 'ALLOCATED' },
      ...{ currency: 'EUR', total_minor: 500, paid_minor: 500, refunded_minor: 0 },
      lines: [{ sku: 'PAID', qty: 2, unit_price_minor: 250 }],
      payments: [{ attempt: 1, state: 'SUCCEEDED', amount_minor: 500 }],
    })
    expect(await unitsOf(pool, 'PAID')).toEqual({ on_hand: 5, held: 0, committed: 2 })
    expect((await me.look(id)).body).toMatchObject({ state: 'CONFIRMED', order_id: key })
  })

  test('repeated with its key gets the same bytes from every process, and one payment', async () => {
    const { me, id } = await held('PAYONCE')
    const there = await elsewhere(me)
    const key = newKey()
    const twins = await Promise.all(
      Array.from({ length: 8 }, (_, at) => (at % 2 ? me : there).pay(id, { key })),
    )
    const first = twins[0]
    expect(new Set(twins.map((reply) => `${reply.status} ${reply.text}`))).toEqual(
      new Set([`202 ${first?.text}`]),
    )
    const again = await there.pay(id, { key })
    expect([again.text, again.headers.get('idempotent-replay')]).toEqual([first?.text, 'true'])
    const { payments } = await shop.provider.books()
    expect(payments.filter((payment) => payment.key === `${key}:1`)).toHaveLength(1)
  })

  test('with the key of another request or another customer is refused', async () => {
    const { me, id } = await held('PAYREUSE')
    const key = newKey()
    await me.pay(id, { key })
    const { me: you, id: yours } = await held('PAYREUSE2')
    for (const reply of [
      await me.pay(id, { key, scenario: 'lost' }),
      await you.pay(yours, { key }),
      await you.pay(id, { key }),
    ]) {
      expect([reply.status, reply.body.type]).toEqual([422, '/problems/idempotency-key-reused'])
    }
    expect((await you.look(yours)).body.state).toBe('ACTIVE')
  })

  test('that is declined leaves the hold for another attempt of the same order', async () => {
    const { me, id } = await held('DECLINED')
    const key = newKey()
    const declined = await me.pay(id, { key, scenario: 'decline' })
    expect(declined.body).toEqual({ order_id: key, state: 'PENDING_PAYMENT', payment_state: 'DECLINED' })
    expect((await me.look(id)).body.state).toBe('ACTIVE')
    expect((await me.pay(id)).body).toEqual({
      ...{ order_id: key, state: 'ALLOCATED', payment_state: 'SUCCEEDED' },
    })
    expect((await me.order(key)).body.payments?.map(({ state }) => state)).toEqual(['DECLINED', 'SUCCEEDED'])
  })

  test('sends the shopper to the page of the provider, whose webhook makes the order', async () => {
    const { me, id } = await held('CLICK')
    const paying = await me.pay(id, { scenario: 'shopper', return_url: 'https://shop.example.com/thanks' })
    const { order_id = '', redirect_url = '' } = paying.body
    expect(paying.body).toMatchObject({ state: 'PENDING_PAYMENT', payment_state: 'PENDING' })
    expect((await me.order(order_id)).body.payments).toMatchObject([{ state: 'PENDING', redirect_url }])
    const clicked = await fetch(`${redirect_url}/pay`, { method: 'POST', redirect: 'manual' })
    expect(clicked.headers.get('location')).toBe('https://shop.example.com/thanks')
    await waitFor('the order', async () => (await me.order(order_id)).body.state === 'ALLOCATED')
    expect((await me.order(order_id)).body.payments?.[0]).not.toHaveProperty('redirect_url')
  })

  test('for what costs nothing makes an order without asking anybody', async () => {
    await stockShop(pool, { FREE: { units: 2, price: 0 } })
    const me = await shop.buyer()
    const id = await me.buy([{ sku: 'FREE', qty: 1 }])
    expect((await me.order(id)).body).toMatchObject({ state: 'ALLOCATED', total_minor: 0, paid_minor: 0 })
    expect((await me.cancel(id)).body).toMatchObject({ state: 'CANCELLED', refund_minor: 0, refund_id: null })
    expect((await shop.provider.books()).payments.filter(({ key }) => key.startsWith(id))).toEqual([])
  })

  test('for a hold that cannot be paid for says why and changes nothing', async () => {
    const { me, id } = await held('NOTNOW', 9)
    const over = (await me.hold([{ sku: 'NOTNOW', qty: 1 }])).body.hold_id ?? ''
    await pool.query(
      `update inv.hold set expires_at = clock_timestamp(), due_at = clock_timestamp() where id = $1`,
      [over],
    )
    const late = await me.pay(over)
    expect([late.status, late.body]).toMatchObject([
      409,
      { type: '/problems/wrong-state', reason: 'EXPIRED' },
    ])
    await me.release(over)
    await me.pay(id, { scenario: 'shopper' })
    const twice = await me.pay(id)
    expect([twice.status, twice.body.reason, twice.headers.get('retry-after')]).toEqual([
      409,
      'IN_PROGRESS',
      '1',
    ])
    for (const reply of [await (await shop.buyer()).pay(id), await me.pay(newKey())])
      expect(reply.status).toBe(404)
    const keyless = await me.pay(id, { key: 'not-a-uuid' })
    expect([keyless.status, keyless.body.type]).toEqual([400, '/problems/idempotency-key-invalid'])
  })

  test('while the provider is away is under way, and its answer stays when it is back', async () => {
    const { me, id } = await held('AWAY')
    const line = shop.lines.api
    line.setMode('refuse')
    line.reset()
    const key = newKey()
    const unknown = await me.pay(id, { key })
    line.setMode('pass')
    expect([unknown.status, unknown.body.order_id]).toEqual([202, key])
    expect(['CREATED', 'UNKNOWN', 'SUCCEEDED']).toContain(unknown.body.payment_state) // the worker's way is open
    await waitFor('the order', async () => (await me.order(key)).body.state === 'ALLOCATED')
    expect((await me.pay(id, { key })).text).toBe(unknown.text)
  })

  test('in a shop without a provider is refused before anything is done', async () => {
    const { me, id } = await held('NOPROVIDER')
    const bare = await startProcess('api', shop.database.env)
    try {
      const reply = await (await shop.buyer(bare.url, me.subject)).pay(id)
      expect([reply.status, reply.body.type]).toEqual([503, '/problems/ordering-unavailable'])
      expect((await me.look(id)).body).toMatchObject({ state: 'ACTIVE', order_id: null })
    } finally {
      await bare.stop()
    }
  })
})

describe('an order', () => {
  test('that is cancelled in part and then as a whole gives units and money back once', async () => {
    await stockShop(pool, { CUT: { units: 5, price: 300 } })
    const me = await shop.buyer()
    const id = await me.buy([{ sku: 'CUT', qty: 3 }])
    const key = newKey()
    const part = await me.cancel(id, [{ sku: 'CUT', qty: 1 }], key)
    expect([part.status, part.body]).toMatchObject([200, { state: 'ALLOCATED', refund_minor: 300 }])
    const again = await (await elsewhere(me)).cancel(id, [{ sku: 'CUT', qty: 1 }], key)
    expect([again.text, again.headers.get('idempotent-replay')]).toEqual([part.text, 'true'])
    expect((await me.cancel(id, [{ sku: 'CUT', qty: 2 }], key)).status).toBe(422)
    expect((await me.cancel(id, [{ sku: 'CUT', qty: 3 }])).body.reason).toBe('ALREADY_SHIPPED')
    expect((await me.cancel(id)).body).toMatchObject({ state: 'CANCELLED', refund_minor: 600 })
    expect((await me.cancel(id)).body.reason).toBe('CANCELLED')
    expect(await unitsOf(pool, 'CUT')).toEqual({ on_hand: 5, held: 0, committed: 0 })
    expect(await refundsOf(id)).toEqual([
      { amount_minor: 300, reason: 'cancelled' },
      { amount_minor: 600, reason: 'cancelled' },
    ])
  })

  test('that is not paid is not cancelled but its hold is given back', async () => {
    const { me, id } = await held('UNPAID')
    const { order_id = '' } = (await me.pay(id, { scenario: 'shopper' })).body
    const refused = await me.cancel(order_id)
    expect([refused.status, refused.body.reason]).toEqual([409, 'NOT_PAID'])
    expect((await me.release(id)).body.state).toBe('CLOSING')
  })

  test('comes back by a request for what was sent, each unit once', async () => {
    await stockShop(pool, { BACK: { units: 5, price: 300 } })
    const me = await shop.buyer()
    const id = await me.buy([{ sku: 'BACK', qty: 3 }])
    const one = [{ sku: 'BACK', qty: 1 }]
    expect((await me.sendBack(id, one)).body.reason).toBe('NOT_SHIPPED')
    await ship(id, 'BACK', 2)
    const key = newKey()
    const asked = await me.sendBack(id, one, key)
    expect([asked.status, asked.body]).toMatchObject([201, { order_id: id, state: 'REQUESTED', lines: one }])
    expect((await me.sendBack(id, one, key)).text).toBe(asked.text)
    expect((await me.sendBack(id, [{ sku: 'BACK', qty: 2 }])).body.reason).toBe('NOT_SHIPPED')
    expect((await me.order(id)).body).toMatchObject({
      state: 'PARTIALLY_SHIPPED',
      returns: [{ return_id: asked.body.return_id, state: 'REQUESTED', lines: one }],
    })
  })

  test('is told in every answer as the document says', async () => {
    const document = await (await fetch(`${shop.api.url}/openapi.json`)).json()
    const judge = judgeBy(document as OpenApi)
    await stockShop(pool, { TOLD: { units: 9, price: 300 } })
    const me = await shop.buyer()
    const { body } = await me.hold([{ sku: 'TOLD', qty: 3 }])
    const paid = await me.pay(body.hold_id ?? '')
    const id = paid.body.order_id ?? ''
    await ship(id, 'TOLD', 1)
    const order = '/v1/orders/{id}'
    const replies: [Reply<unknown>, path: string, method: 'get' | 'post'][] = [
      [paid, '/v1/holds/{id}/pay', 'post'],
      [await me.cancel(id, [{ sku: 'TOLD', qty: 1 }]), `${order}/cancel`, 'post'],
      [await me.sendBack(id, [{ sku: 'TOLD', qty: 1 }]), `${order}/returns`, 'post'],
      [await me.order(id), order, 'get'],
      [await me.orders(), '/v1/orders', 'get'],
      [await me.cancel(id, [{ sku: 'TOLD', qty: 9 }]), `${order}/cancel`, 'post'],
    ]
    expect(replies.map(([{ status }]) => status)).toEqual([202, 200, 201, 200, 200, 409])
    for (const [{ status, headers, body: answer }, path, method] of replies) {
      expect(judge(path, status, headers.get('content-type') ?? '', withId(answer, status), method)).toEqual(
        [],
      )
    }
  })

  test('of somebody else does not exist', async () => {
    const { me, id } = await held('MINE')
    const { order_id = '' } = (await me.pay(id)).body
    const you = await shop.buyer()
    const replies = [
      await you.order(order_id),
      await you.cancel(order_id),
      await you.sendBack(order_id, [{ sku: 'MINE', qty: 1 }]),
    ]
    expect(replies.map(({ status }) => status)).toEqual([404, 404, 404])
    expect((await you.orders()).body).toEqual({ orders: [], next: null })
  })

  test('is listed, youngest first, page by page, none twice and none left out', async () => {
    await stockShop(pool, { MANY: { units: 50, price: 1 } })
    const me = await shop.buyer()
    const bought: string[] = []
    for (let at = 0; at < 7; at += 1) bought.push(await me.buy([{ sku: 'MANY', qty: 1 }]))
    // as made within one millisecond, by several processes
    await pool.query(
      `update inv.orders o set created_at = date_trunc('milliseconds', first.created_at) + u.at * interval '1 microsecond'
         from unnest($1::uuid[]) with ordinality as u (id, at),
              (select min(created_at) as created_at from inv.orders where id = any ($1::uuid[])) as first
        where o.id = u.id`,
      [bought],
    )
    const seen: string[] = []
    for (let next: string | null | undefined = ''; next !== null; ) {
      const { body } = await me.orders(`limit=3&before=${next}`)
      seen.push(...(body.orders ?? []).map(({ order_id }) => order_id))
      next = body.next
    }
    expect(seen).toEqual(bought.toReversed())
    expect((await me.orders(`before=${newKey()}`)).body.orders).toEqual([])
    expect((await me.orders('limit=0')).status).toBe(400)
  })
})
