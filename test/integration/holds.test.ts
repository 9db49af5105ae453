/** Holds through a real api process, Postgres and Redis: what a shop gets for each call. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import { useDatabase } from '../support/database.ts'
import { type RunningProcess, startProcess } from '../support/processes.ts'
import { newKey, shopper } from '../support/shopper.ts'
import { stockShop, unitsOf } from '../support/stocked-shop.ts'

const database = await useDatabase('holds')
const { pool } = database
let api: RunningProcess
let other: RunningProcess
/** A shopper of their own for each test. */
const shop = (subject?: string) => shopper(api.url, database.namespace, subject)

beforeAll(async () => {
  ;[api, other] = await Promise.all([startProcess('api', database.env), startProcess('api', database.env)])
})
afterAll(async () => {
  expect(await verifyInventory(pool)).toEqual([]) // whatever the tests did, every invariant holds
  await Promise.all([api.stop(), other.stop()])
})

describe('a call for a hold', () => {
  test('gets the units, the price and a time, and the gate follows', async () => {
    await stockShop(pool, { LAMP: { units: 5, price: 4_990 }, BULB: { units: 9, price: 250 } })
    const me = await shop()
    const key = newKey()
    const reply = await me.hold(
      [
        { sku: 'LAMP', qty: 2 },
        { sku: 'BULB', qty: 1, expected_price_minor: 250 },
      ],
      { key },
    )
    expect([reply.status, reply.body.hold_id, reply.body.total_minor]).toEqual([201, key, 10_230])
    expect(reply.body.lines).toEqual([
      { sku: 'BULB', requested: 1, qty: 1, unit_price_minor: 250, loc: 1 },
      { sku: 'LAMP', requested: 2, qty: 2, unit_price_minor: 4_990, loc: 1 },
    ])
    const left = Number(reply.headers.get('hold-expires-in'))
    expect(left > 590_000 && left <= 600_000).toBe(true)
    expect(Date.parse(reply.headers.get('aisle-now') ?? '')).not.toBeNaN()
    expect(await unitsOf(pool, 'LAMP')).toMatchObject({ on_hand: 5, held: 2 })
    expect((await me.look(key)).body).toMatchObject({ state: 'ACTIVE', order_id: null, total_minor: 10_230 })
  })

  test('repeated with its key gets the same bytes from every process, and one hold', async () => {
    await stockShop(pool, { ONCE: { units: 1 } })
    const me = await shop()
    const elsewhere = await shopper(other.url, database.namespace, me.subject)
    const key = newKey()
    const lines = [{ sku: 'ONCE', qty: 1 }]
    const first = await me.hold(lines, { key })
    expect([first.status, first.headers.get('idempotent-replay')]).toEqual([201, null])
    for (const caller of [me, elsewhere]) {
      const again = await caller.hold(lines, { key })
      expect([again.status, again.text, again.headers.get('idempotent-replay')]).toEqual([
        201,
        first.text,
        'true',
      ])
    }
    // Another caller makes both processes sure that it is sold out; the key still gets what it got.
    for (const caller of [await shop(), await shopper(other.url, database.namespace)]) {
      expect((await caller.hold(lines)).body).toMatchObject({
        type: '/problems/not-available',
        reason: 'SOLD_OUT',
      })
    }
    expect((await elsewhere.hold(lines, { key })).text).toBe(first.text)
    expect(await unitsOf(pool, 'ONCE')).toMatchObject({ held: 1 })
  })

  test('sent many times at once to two processes is one hold and one answer', async () => {
    await stockShop(pool, { TWINS: { units: 50 } })
    const me = await shop()
    const elsewhere = await shopper(other.url, database.namespace, me.subject)
    const key = newKey()
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, at) =>
        (at % 2 ? me : elsewhere).hold([{ sku: 'TWINS', qty: 3 }], { key }),
      ),
    )
    expect(new Set(replies.map((reply) => `${reply.status} ${reply.text}`)).size).toBe(1)
    expect(replies[0]?.status).toBe(201)
    expect(await unitsOf(pool, 'TWINS')).toMatchObject({ held: 3 })
  })

  test('with the key of another request, or of another customer, is refused and changes nothing', async () => {
    await stockShop(pool, { REUSE: { units: 50 } })
    const me = await shop()
    const key = newKey()
    await me.hold([{ sku: 'REUSE', qty: 1 }], { key })
    const reused = await me.hold([{ sku: 'REUSE', qty: 2 }], { key })
    expect([reused.status, reused.body.type]).toEqual([422, '/problems/idempotency-key-reused'])
    expect((await (await shop()).hold([{ sku: 'REUSE', qty: 1 }], { key })).status).toBe(422)
    expect(await unitsOf(pool, 'REUSE')).toMatchObject({ held: 1 })
  })

  test('refused by Postgres stays refused under its key, with the same answer', async () => {
    await stockShop(pool, { LIMITED: { units: 50, limit: 2 } })
    const me = await shop()
    expect((await me.hold([{ sku: 'LIMITED', qty: 2 }])).status).toBe(201)
    const key = newKey()
    const refused = await me.hold([{ sku: 'LIMITED', qty: 1 }], { key })
    expect([refused.status, refused.body]).toMatchObject([409, { reason: 'LIMIT', limit: 2, used: 2 }])
    const again = await me.hold([{ sku: 'LIMITED', qty: 1 }], { key })
    expect([again.status, again.text, again.headers.get('idempotent-replay')]).toEqual([
      409,
      refused.text,
      'true',
    ])
    expect((await (await shop()).hold([{ sku: 'LIMITED', qty: 2 }])).status).toBe(201)
  })

  test('for what is not there in full holds nothing, or what there is when that is good too', async () => {
    await stockShop(pool, { SCARCE: { units: 2, price: 100 }, PLENTY: { units: 50, price: 10 } })
    const me = await shop()
    const lines = [
      { sku: 'SCARCE', qty: 5 },
      { sku: 'PLENTY', qty: 1 },
    ]
    const whole = await me.hold(lines)
    expect([whole.status, whole.body]).toMatchObject([
      409,
      { reason: 'PARTIAL', lines: [{ sku: 'SCARCE', requested: 5, available: 2 }] },
    ])
    const key = newKey()
    const part = await me.hold(lines, { key, allow_partial: true })
    expect([part.status, part.body]).toMatchObject([
      201,
      {
        total_minor: 210,
        lines: [
          { sku: 'PLENTY', requested: 1, qty: 1 },
          { sku: 'SCARCE', requested: 5, qty: 2 },
        ],
        short: [{ sku: 'SCARCE', requested: 5, available: 2 }],
      },
    ])
    expect((await me.hold(lines, { key, allow_partial: true })).text).toBe(part.text)
    const none = await me.hold([{ sku: 'SCARCE', qty: 1 }], { allow_partial: true })
    expect([none.status, none.body.reason]).toEqual([409, 'SOLD_OUT'])
  })

  test.each([
    ['an unknown sku', [{ sku: 'NOWHERE', qty: 1 }], 422, { type: '/problems/unknown-sku' }],
    ['an item without a price', [{ sku: 'PRICELESS', qty: 1 }], 422, { type: '/problems/not-for-sale' }],
    [
      'two currencies',
      [
        { sku: 'IN-EUR', qty: 1 },
        { sku: 'IN-SEK', qty: 1 },
      ],
      422,
      { type: '/problems/mixed-currency' },
    ],
    [
      'a price that has changed',
      [{ sku: 'IN-EUR', qty: 1, expected_price_minor: 999 }],
      409,
      { reason: 'PRICE_CHANGED', prices: [{ sku: 'IN-EUR', expected: 999, now: 1_000 }] },
    ],
    ['more than a cart may have', [{ sku: 'IN-EUR', qty: 4 }], 409, { reason: 'LIMIT', limit: 3 }],
  ] as const)('for %s is refused with what is wrong', async (_, lines, status, body) => {
    if ((await unitsOf(pool, 'IN-EUR')).on_hand === null) {
      await stockShop(pool, {
        'IN-EUR': { units: 9, maxPerCart: 3 },
        'IN-SEK': { units: 9, currency: 'SEK' },
        PRICELESS: { units: 9, price: null },
      })
    }
    const reply = await (await shop()).hold(lines)
    expect([reply.status, reply.body]).toMatchObject([status, body])
    expect(await unitsOf(pool, 'IN-EUR')).toMatchObject({ held: 0 })
  })

  test('adds up lines of one sku, and takes bundles apart (T3)', async () => {
    await stockShop(pool, { PEN: { units: 5, price: 100 }, INK: { units: 9, price: 300 }, SET: { units: 0 } })
    await pool.query(
      `insert into inv.bundle (bundle_sku, sku, qty) values ('SET', 'PEN', 2), ('SET', 'INK', 1)`,
    )
    const me = await shop()
    const twice = await me.hold([
      { sku: 'PEN', qty: 3 },
      { sku: 'PEN', qty: 3 },
    ])
    expect([twice.status, twice.body.lines]).toEqual([409, [{ sku: 'PEN', requested: 6, available: 5 }]])
    const besides = await me.hold([
      { sku: 'SET', qty: 2 },
      { sku: 'PEN', qty: 2 },
    ])
    expect([besides.status, besides.body.lines]).toEqual([409, [{ sku: 'PEN', requested: 6, available: 5 }]])
    const fits = await me.hold([
      { sku: 'SET', qty: 2 },
      { sku: 'PEN', qty: 1 },
    ])
    expect([fits.status, fits.body.total_minor]).toEqual([201, 1_100])
    expect(await unitsOf(pool, 'PEN')).toMatchObject({ held: 5 })
    expect(await unitsOf(pool, 'INK')).toMatchObject({ held: 2 })
  })

  test('for skus of any text finds them or says that they are unknown', async () => {
    const texts = [
      "O'Brien; --",
      '\u{1f600}',
      '\ufffd',
      'a,b{c}"d"',
      '%s\\',
      'x'.repeat(200),
      'Ünïcode',
      ' spaced ',
    ]
    await stockShop(pool, Object.fromEntries(texts.slice(0, 4).map((sku) => [sku, { units: 1 }])))
    const me = await shop()
    const known = await me.hold(texts.slice(0, 4).map((sku) => ({ sku, qty: 1 })))
    expect([known.status, known.body.lines?.map((line) => line['sku']).toSorted()]).toEqual([
      201,
      texts.slice(0, 4).toSorted(),
    ])
    for (const sku of texts.slice(4)) {
      expect((await me.hold([{ sku, qty: 1 }])).body.type).toBe('/problems/unknown-sku')
    }
  })
})
