/** What the order path keeps for itself: recorded answers, leases, carts, bundles, availability, old rows. */
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeAvailability } from '../../src/postgres/inv/availability.ts'
import { readBundles, replaceBundle } from '../../src/postgres/inv/bundles.ts'
import { joinCarts, putCartLine, readCart, removeCartLines } from '../../src/postgres/inv/carts.ts'
import { readDrift, recordDrift } from '../../src/postgres/inv/drift.ts'
import { claimKey, readAnswer, recordAnswer } from '../../src/postgres/inv/idempotency.ts'
import { dropLease, takeLease } from '../../src/postgres/inv/leases.ts'
import {
  dropForeignPaymentEvents,
  markPaymentEventApplied,
  readOpenPaymentEvents,
  recordPaymentEvent,
} from '../../src/postgres/inv/payment-events.ts'
import { recordPending } from '../../src/postgres/inv/payment-questions.ts'
import { deleteOldRows, KEEP } from '../../src/postgres/inv/retention.ts'
import { changeSkuRules } from '../../src/postgres/inv/sku-rules.ts'
import { receiveStock } from '../../src/postgres/inv/stock.ts'
import { useDatabase } from '../support/database.ts'
import { cartFor, openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'
import { waitFor } from '../support/wait-for.ts'

const { pool } = await useDatabase('order_work')
const desk = openDesk(pool)

test('a SKU has the slot of its CRC-32, in any alphabet', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 30 }), async (sku) => {
      fc.pre(!sku.includes('\0'))
      const { rows } = await pool.query<{ slot: number }>('select inv.slot_of($1) as slot', [sku])
      expect(rows[0]?.slot).toBe(crc32(sku) % 16)
    }),
    { numRuns: 50 },
  )
})

describe('a request with a key', () => {
  const request = { scope: 'cancel:eve', key: 'k1', req_hash: new Uint8Array([1, 2]) }

  test('I6: has its effect once, and every twin gets the same bytes', async () => {
    let effects = 0
    const call = () =>
      desk.within(async (tx) => {
        const claim = await claimKey(tx, request)
        if (claim.outcome !== 'CLAIMED') return claim
        effects += 1
        await recordAnswer(tx, request, { status: 200, body: '{"a": 1}' })
        return null
      })
    const answers = await Promise.all([call(), call(), call()])
    expect(effects).toBe(1)
    expect(answers.filter((one) => one !== null)).toEqual([
      { outcome: 'REPLAY', status: 200, body: '{"a": 1}' },
      { outcome: 'REPLAY', status: 200, body: '{"a": 1}' },
    ])
    const other = { ...request, req_hash: new Uint8Array([9]) }
    expect(await desk.within((tx) => claimKey(tx, other))).toEqual({ outcome: 'MISMATCH' })
    expect(await readAnswer(pool, other)).toEqual({ outcome: 'MISMATCH' })
    expect(await readAnswer(pool, { ...request, key: 'k2' })).toBeNull()
  })

  test('whose effect is rolled back leaves nothing behind', async () => {
    const failed = { ...request, key: 'k3' }
    const call = desk.within(async (tx) => {
      await claimKey(tx, failed)
      throw new Error('no effect')
    })
    await expect(call).rejects.toThrow('no effect')
    const again = await desk.within(async (tx) => {
      const claim = await claimKey(tx, failed)
      await recordAnswer(tx, failed, { status: 200, body: '' })
      return claim.outcome
    })
    expect(again).toBe('CLAIMED')
  })

  test('that takes long is IN_PROGRESS for its twin', async () => {
    const slow = { ...request, key: 'k4' }
    await desk.within(async (tx) => {
      await claimKey(tx, slow)
      const twin = await pool.connect()
      await twin.query(`begin; set local lock_timeout = '50ms'`)
      expect(await claimKey(twin, slow)).toEqual({ outcome: 'IN_PROGRESS' })
      await twin.query('rollback')
      twin.release()
      await recordAnswer(tx, slow, { status: 200, body: '' })
    })
  })
})

test('a lease is one worker until it is over or given back', async () => {
  const of = (holder: string) => ({ job: 'sweep', slot: 3, holder })
  const wins = await Promise.all(['a', 'b', 'c'].map((holder) => takeLease(pool, of(holder), 0.2)))
  expect(wins.filter(Boolean)).toHaveLength(1)
  const winner = 'abc'[wins.indexOf(true)] ?? ''
  expect([await takeLease(pool, of(winner), 0.2), await takeLease(pool, of('d'), 9)]).toEqual([true, false])
  await waitFor('the lease is over', () => takeLease(pool, of('d'), 9))
  await dropLease(pool, of('e'))
  expect(await takeLease(pool, of('e'), 9)).toBe(false)
  await dropLease(pool, of('d'))
  expect(await takeLease(pool, of('e'), 9)).toBe(true)
})

describe('a cart on the server', () => {
  const put = (customer: string, sku: string, qty: number, mode: 'add' | 'set' = 'add') =>
    putCartLine(pool, customer, { sku, qty, seen_price_minor: 1_000, mode })

  test('adds units and sets them', async () => {
    await stockShop(pool, { 'cart-1': { units: 1 }, 'cart-2': { units: 1 } })
    expect([
      await put('zoe', 'cart-1', 2),
      await put('zoe', 'cart-1', 3),
      await put('zoe', 'cart-2', 7, 'set'),
    ]).toEqual([2, 5, 7])
    expect(await readCart(pool, 'zoe')).toEqual([
      { sku: 'cart-1', qty: 5, seen_price_minor: 1_000 },
      { sku: 'cart-2', qty: 7, seen_price_minor: 1_000 },
    ])
    await removeCartLines(pool, 'zoe', ['cart-2'])
    expect((await readCart(pool, 'zoe')).map(({ sku }) => sku)).toEqual(['cart-1'])
  })

  test('takes a hundred SKUs and no more', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, at) => put('max', `sku-${at}`, 1)))
    expect([await put('max', 'sku-100', 1), await put('max', 'sku-5', 1)]).toEqual([null, 2])
  })

  test('of a guest joins that of the customer, whose own lines win', async () => {
    await put('guest:1', 'cart-1', 4)
    await put('guest:1', 'cart-3', 1)
    await put('tom', 'cart-1', 9)
    for (let times = 0; times < 2; times++) await desk.within((tx) => joinCarts(tx, 'guest:1', 'tom'))
    const lines = await readCart(pool, 'tom')
    expect(lines.map(({ sku, qty }) => [sku, qty]).toSorted()).toEqual([
      ['cart-1', 9],
      ['cart-3', 1],
    ])
    expect(await readCart(pool, 'guest:1')).toEqual([])
  })
})

test('a bundle is its parts, and bundles do not nest', async () => {
  const replace = (sku: string, parts: Record<string, number>) =>
    desk.within((tx) =>
      replaceBundle(
        tx,
        sku,
        Object.entries(parts).map(([part, qty]) => ({ sku: part, qty })),
      ),
    )
  expect(await replace('set', { cup: 2, pot: 1 })).toBe(true)
  expect(await readBundles(pool, ['set', 'cup'])).toEqual(
    new Map([
      [
        'set',
        [
          { sku: 'cup', qty: 2 },
          { sku: 'pot', qty: 1 },
        ],
      ],
    ]),
  )
  expect([await replace('table', { set: 1 }), await replace('cup', { clay: 1 })]).toEqual([false, false])
  expect([await replace('set', {}), await replace('table', { set: 1 })]).toEqual([true, true])
  expect((await readBundles(pool, ['set', 'table'])).size).toBe(1)
})

test('search is told of availability when it crosses a threshold, and of nothing else', async () => {
  await stockShop(pool, { shown: { units: 20 }, 'shown-not': { units: 0 } })
  await pool.query(
    `insert into items (sku, name, category_id, price_minor, currency) values ('no-stock-row', 'x', 1, 1, 'EUR')`,
  )
  await changeSkuRules(pool, 'shown', { low_at: 8 })
  const seen: (string | undefined)[] = []
  for (const left of [20, 9, 8, 9, 10, 11, 8, 0, 9, 11]) {
    await desk.within(async (tx) => {
      const { rows } = await tx.query<{ on_hand: number }>(
        `select on_hand from inv.stock where sku = 'shown'`,
      )
      await tx.query(`select from inv.adjust('shown', '1', $1, false, 'r', 'a')`, [
        left - (rows[0]?.on_hand ?? 0),
      ])
    })
    const written = await writeAvailability(pool, ['shown'])
    seen.push(written[0]?.availability)
  }
  expect(seen).toEqual([
    'in_stock',
    undefined,
    'low',
    undefined,
    undefined,
    'in_stock',
    'low',
    'out_of_stock',
    'low',
    'in_stock',
  ])
  const rest = await writeAvailability(pool, null)
  expect(rest.find(({ sku }) => sku === 'shown-not')?.availability).toBe('out_of_stock')
  expect(rest.map(({ sku }) => sku)).not.toContain('no-stock-row')
  expect(await writeAvailability(pool, null)).toEqual([])
})

test('a webhook is kept once, and found until it is acted on', async () => {
  await stockShop(pool, { hinted: { units: 1 } })
  const { id } = await desk.pay((await desk.hold({ hinted: 1 })).id)
  await recordPending(pool, { id, provider_ref: 'r1', redirect_url: null, ask_after_s: 30 })
  const event = { provider: 'sim', event_id: 'e1', type: 'payment', ref: 'r1', body: { a: [1] } }
  expect([await recordPaymentEvent(pool, event), await recordPaymentEvent(pool, event)]).toEqual([
    true,
    false,
  ])
  const open = () => readOpenPaymentEvents(pool, { age_s: 0, limit: 10 })
  expect(await open()).toMatchObject([{ event_id: 'e1', ref: 'r1' }])
  await markPaymentEventApplied(pool, event)
  expect(await open()).toEqual([])
})

test("a webhook about a payment of somebody else stands in nobody's way, and is dropped when it is old", async () => {
  await recordPaymentEvent(pool, {
    provider: 'sim',
    event_id: 'e2',
    type: 'payment',
    ref: 'not-ours',
    body: {},
  })
  const isApplied = async () =>
    (await pool.query(`select applied from inv.payment_event where event_id = 'e2'`)).rows[0].applied
  expect(await readOpenPaymentEvents(pool, { age_s: 0, limit: 10 })).toEqual([])
  await dropForeignPaymentEvents(pool, 3_600)
  expect(await isApplied()).toBe(false)
  await dropForeignPaymentEvents(pool, 0)
  expect(await isApplied()).toBe(true)
})

test('drift is reported once per run and SKU', async () => {
  const run = crypto.randomUUID()
  const row = { sku: 'd', before: 3, expected: 0, cause: 'manual', fixed: true } as const
  await recordDrift(pool, run, [row])
  await recordDrift(pool, run, [row, { ...row, sku: 'e' }])
  expect((await readDrift(pool, 10)).map(({ sku, before, cause }) => [sku, before, cause])).toEqual([
    ['e', 3, 'manual'],
    ['d', 3, 'manual'],
  ])
})

test('old rows go, live ones and those of orders do not', async () => {
  await desk.within((tx) => receiveStock(tx, [{ sku: 'aged', loc: 1, qty: 9 }], { reason: 'r', actor: 'a' }))
  await pool.query(
    `insert into items (sku, name, category_id, price_minor, currency) values ('aged', 'x', 1, 1, 'EUR')`,
  )
  const live = await desk.hold({ aged: 1 })
  const order = await desk.order({ aged: 2 })
  const refused = cartFor({ aged: 99 })
  await desk.reserve(refused)
  const never = { void_hold_days: 1, ended_hold_days: 1, answer_hours: 1, cart_days: 1, drift_days: 1 }
  expect(
    Object.values(await deleteOldRows(pool, new AbortController().signal, never)).every(
      (count) => count === 0,
    ),
  ).toBe(true)
  await pool.query(`update inv.hold set created_at = created_at - interval '100 days'`)
  const deleted = await deleteOldRows(pool, new AbortController().signal, KEEP)
  expect(deleted).toMatchObject({ void_holds: 1, ended_holds: 1, answers: 0 })
  expect([
    await desk.stateOf(live.id),
    await desk.stateOf(order.hold_id),
    await desk.stateOf(refused.id),
  ]).toEqual(['ACTIVE', undefined, undefined])
  expect(await desk.breaches()).toEqual([])
})
