/** `inv.reserve_carts`: what a batch of carts gets, and what it leaves behind. */
import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { releaseHolds } from '../../src/postgres/inv/holds.ts'
import { changeSkuRules } from '../../src/postgres/inv/sku-rules.ts'
import { useDatabase } from '../support/database.ts'
import { cartFor, openDesk } from '../support/order-desk.ts'
import { stockShop } from '../support/stocked-shop.ts'

const { pool } = await useDatabase('reserve')
const desk = openDesk(pool)

/** Whatever a test does, the books are right afterwards. */
afterEach(async () => expect(await desk.breaches()).toEqual([]))

const line = (sku: string, qty: number, rest = {}) => ({ sku, qty, expected_price_minor: null, ...rest })

describe('a cart', () => {
  test('gets all of its lines with price, version and location, sorted by code point', async () => {
    await stockShop(pool, { 'all-b': { units: 3, price: 250 }, 'all-A': { units: 9, price: 4_990 } })
    const held = await desk.hold({ 'all-b': 1, 'all-A': 2 })
    expect(held.lines).toEqual([
      { sku: 'all-A', qty: 2, requested: 2, unit_price_minor: 4_990, loc: 1, ver: 2 },
      { sku: 'all-b', qty: 1, requested: 1, unit_price_minor: 250, loc: 1, ver: 2 },
    ])
    expect([held.currency, held.total_minor, held.short]).toEqual(['EUR', 10_230, []])
    expect(held.expires_at.getTime() - held.created_at.getTime()).toBe(600_000)
    expect(await desk.shelf('all-A')).toEqual({ on_hand: 9, held: 2, committed: 0, safety: 0 })
    const [, change] = await desk.events('stock', 'all-A')
    expect(change?.payload).toEqual({
      sku: 'all-A',
      ver: 2,
      d: -2,
      available: 7,
      queue: 0,
      via: 'settle',
      hold: [held.id],
    })
    expect((await desk.events('hold', held.id)).map((event) => event.type)).toEqual(['hold.created'])
  })

  test('with one line short gets nothing and is told of each short line', async () => {
    await stockShop(pool, { 'short-1': { units: 5 }, 'short-2': { units: 1 }, 'short-3': { units: 0 } })
    const [answer] = await desk.reserve(cartFor({ 'short-1': 2, 'short-2': 2, 'short-3': 1 }))
    expect(answer).toEqual({
      outcome: 'REFUSED',
      refusal: {
        reason: 'PARTIAL',
        lines: [
          { sku: 'short-2', requested: 2, available: 1 },
          { sku: 'short-3', requested: 1, available: 0 },
        ],
      },
    })
    expect(await desk.shelf('short-1')).toMatchObject({ held: 0 })
  })

  test('of which no unit can be had is SOLD_OUT, also when it would take less', async () => {
    await stockShop(pool, { 'none-1': { units: 0 }, 'none-2': { units: 0 } })
    const carts = [cartFor({ 'none-1': 1 }), cartFor({ 'none-1': 1, 'none-2': 1 }, { allow_partial: true })]
    const answers = await desk.reserve(...carts)
    expect(answers.map((one) => one.outcome === 'REFUSED' && one.refusal.reason)).toEqual([
      'SOLD_OUT',
      'SOLD_OUT',
    ])
  })

  test('that takes less gets exactly what is there, and its row tells what was short', async () => {
    await stockShop(pool, {
      'part-1': { units: 2, price: 100 },
      'part-2': { units: 0 },
      'part-3': { units: 9 },
    })
    const held = await desk.hold({ 'part-1': 5, 'part-2': 1, 'part-3': 1 }, { allow_partial: true })
    expect(held.lines.map(({ sku, qty, requested }) => [sku, qty, requested])).toEqual([
      ['part-1', 2, 5],
      ['part-3', 1, 1],
    ])
    expect(held.short).toEqual([
      { sku: 'part-1', requested: 5, available: 2 },
      { sku: 'part-2', requested: 1, available: 0 },
    ])
    expect(held.total_minor).toBe(2 * 100 + 1_000)
    const { rows } = await pool.query('select total_minor::integer, refusal from inv.hold where id = $1', [
      held.id,
    ])
    expect(rows[0]).toEqual({ total_minor: 1_200, refusal: { reason: 'PARTIAL', lines: held.short } })
  })

  test('takes exactly the quantities that the gate has granted, or nothing', async () => {
    await stockShop(pool, { 'exact-1': { units: 10 }, 'exact-2': { units: 10 } })
    const lines = [line('exact-1', 3, { requested: 7 }), line('exact-2', 0, { requested: 2 })]
    const held = await desk.hold({}, { lines })
    expect(held.lines.map(({ sku, qty, requested }) => [sku, qty, requested])).toEqual([['exact-1', 3, 7]])
    expect(held.short.map(({ sku, available }) => [sku, available])).toEqual([
      ['exact-1', 3],
      ['exact-2', 0],
    ])
    const [refused] = await desk.reserve(cartFor({}, { lines: [line('exact-1', 8, { requested: 9 })] }))
    expect(refused).toMatchObject({ outcome: 'REFUSED', refusal: { reason: 'PARTIAL' } })
  })

  test('that has a SKU twice counts as the sum', async () => {
    await stockShop(pool, { twice: { units: 3, price: 10 } })
    const twoAndTwo = { lines: [line('twice', 2), line('twice', 2)] }
    const [refused] = await desk.reserve(cartFor({}, twoAndTwo))
    expect(refused).toMatchObject({ refusal: { reason: 'PARTIAL', lines: [{ requested: 4, available: 3 }] } })
    const held = await desk.hold({}, { lines: [line('twice', 1), line('twice', 1), line('twice', 1)] })
    expect(held.lines).toMatchObject([{ sku: 'twice', qty: 3, requested: 3 }])
    expect(held.total_minor).toBe(30)
  })

  test('without any line gets nothing', async () => {
    await stockShop(pool, { 'beside-empty': { units: 1 } })
    const [empty, other] = await desk.reserve(cartFor({}), cartFor({ 'beside-empty': 1 }))
    expect([empty?.outcome, other?.outcome]).toEqual(['REFUSED', 'OK'])
    const [alone] = await desk.reserve(cartFor({}))
    expect(alone).toEqual({ outcome: 'REFUSED', refusal: { reason: 'SOLD_OUT', lines: [] } })
  })

  test('finds its price when others of the batch have many more lines', async () => {
    const goods = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`many-${at}`, { units: 2, price: at }]),
    )
    await stockShop(pool, goods)
    const all = Object.fromEntries(Object.keys(goods).map((sku) => [sku, 1]))
    const answers = await desk.reserve(cartFor(all), cartFor({ 'many-7': 1 }), cartFor(all))
    expect(answers.map((one) => one.outcome === 'OK' && one.total_minor)).toEqual([4_950, 7, false])
  })
})

describe('a cart is refused', () => {
  test('with both prices when a price is not the one that was seen', async () => {
    await stockShop(pool, { 'dear-1': { units: 5, price: 200 }, 'dear-2': { units: 5, price: 300 } })
    const lines = [
      line('dear-1', 1, { expected_price_minor: 200 }),
      line('dear-2', 1, { expected_price_minor: 299 }),
    ]
    const [answer] = await desk.reserve(cartFor({}, { lines }))
    expect(answer).toMatchObject({
      outcome: 'REFUSED',
      refusal: { reason: 'PRICE_CHANGED', prices: [{ sku: 'dear-2', expected: 299, now: 300 }] },
    })
    expect(await desk.shelf('dear-1')).toMatchObject({ held: 0 })
  })

  test('when an item has no price, is hidden, is unknown or has another currency', async () => {
    await stockShop(pool, {
      'sale-ok': { units: 5 },
      'sale-null': { units: 5, price: null },
      'sale-hidden': { units: 5 },
      'sale-usd': { units: 5, currency: 'USD' },
      'sale-huge': { units: 5, price: 9_007_199_255 },
    })
    await pool.query(`update items set status = 'hidden' where sku = 'sale-hidden'`)
    const partners = ['sale-null', 'sale-hidden', 'sale-nowhere', 'sale-usd', 'sale-huge']
    const answers = await desk.reserve(...partners.map((sku) => cartFor({ 'sale-ok': 1, [sku]: 1 })))
    expect(
      answers.map((one) => one.outcome === 'REFUSED' && [one.refusal.reason, one.refusal.lines[0]?.sku]),
    ).toEqual([
      ['NOT_FOR_SALE', 'sale-null'],
      ['NOT_FOR_SALE', 'sale-hidden'],
      ['UNKNOWN_SKU', 'sale-nowhere'],
      ['MIXED_CURRENCY', 'sale-usd'],
      ['NOT_FOR_SALE', 'sale-huge'],
    ])
  })

  test('while people wait for a SKU, unless it is an offer of the queue', async () => {
    await stockShop(pool, { waited: { units: 5 } })
    await pool.query(`update inv.sku set queue_live = 3 where sku = 'waited'`)
    const [cart, offer] = await desk.reserve(
      cartFor({ waited: 1 }),
      cartFor({ waited: 1 }, { kind: 'offer' }),
    )
    expect(cart).toMatchObject({
      outcome: 'REFUSED',
      refusal: { reason: 'QUEUE', lines: [{ sku: 'waited' }] },
    })
    expect(offer?.outcome).toBe('OK')
  })

  test('above the units that one cart may have', async () => {
    await stockShop(pool, { most: { units: 50, maxPerCart: 3 }, endless: { units: 5 } })
    const [above, within, absurd] = await desk.reserve(
      cartFor({ most: 4 }),
      cartFor({ most: 3 }),
      cartFor({ endless: 2_147_483_647, most: 1 }),
    )
    expect(above).toMatchObject({ outcome: 'REFUSED', refusal: { reason: 'LIMIT', limit: 3, used: 0 } })
    expect(within?.outcome).toBe('OK')
    expect(absurd).toMatchObject({ outcome: 'REFUSED', refusal: { reason: 'LIMIT', limit: 99 } })
  })
})

describe('an id', () => {
  test('twice in one batch is decided once', async () => {
    await stockShop(pool, { same: { units: 9 } })
    const cart = cartFor({ same: 2 })
    const answers = await desk.reserve(cart, { ...cart, lines: [line('same', 5)] }, cartFor({ same: 1 }))
    expect(answers.map((one) => one.outcome)).toEqual(['OK', 'KNOWN', 'OK'])
    expect(await desk.shelf('same')).toMatchObject({ held: 3 })
  })

  test('that was refused is void for ever: asked again it is KNOWN, although units are there', async () => {
    await stockShop(pool, { void: { units: 1 } })
    const cart = cartFor({ void: 2 })
    expect((await desk.reserve(cart))[0]?.outcome).toBe('REFUSED')
    await desk.within((tx) => tx.query(`select from inv.receive('{void}', '{1}', '{5}', 'more', 'test')`))
    expect(await desk.reserve(cart)).toEqual([{ outcome: 'KNOWN' }])
    expect([await desk.stateOf(cart.id), await desk.shelf('void')]).toMatchObject(['VOID', { held: 0 }])
    expect(await desk.events('hold', cart.id)).toEqual([])
  })

  test('that two batches ask for at once is held by one of them', async () => {
    await stockShop(pool, { race: { units: 9 } })
    const cart = cartFor({ race: 2 })
    const answers = await Promise.all([desk.reserve(cart), desk.reserve(cart), desk.reserve(cart)])
    expect(
      answers
        .flat()
        .map((one) => one.outcome)
        .sort(),
    ).toEqual(['KNOWN', 'KNOWN', 'OK'])
    expect(await desk.shelf('race')).toMatchObject({ held: 2 })
  })
})

describe('a limit per customer', () => {
  const customer = 'collector'

  test('counts units of the same batch and of holds before', async () => {
    await stockShop(pool, { 'limit-1': { units: 50, limit: 3 } })
    await desk.hold({ 'limit-1': 1 }, { customer })
    const answers = await desk.reserve(
      cartFor({ 'limit-1': 1 }, { customer }),
      cartFor({ 'limit-1': 3 }),
      cartFor({ 'limit-1': 2 }, { customer }),
      cartFor({ 'limit-1': 1 }, { customer }),
      cartFor({ 'limit-1': 1 }, { customer }),
    )
    expect(answers.map((one) => one.outcome)).toEqual(['OK', 'OK', 'REFUSED', 'OK', 'REFUSED'])
    expect(answers[4]).toMatchObject({ refusal: { reason: 'LIMIT', limit: 3, used: 3 } })
  })

  test('gets its units back from the bucket that counted them, whatever the bucket is now', async () => {
    await stockShop(pool, { bucket: { units: 50, limit: 2 } })
    const first = await desk.hold({ bucket: 2 }, { customer })
    await changeSkuRules(pool, 'bucket', { limit_bucket: 'drop:2' })
    await desk.hold({ bucket: 2 }, { customer })
    await desk.within((tx) => releaseHolds(tx, [first.id], { customer, actor: null }))
    const { rows } = await pool.query(
      `select bucket, qty from inv.customer_usage where sku = 'bucket' order by bucket`,
    )
    expect(rows).toEqual([
      { bucket: 'all', qty: 0 },
      { bucket: 'drop:2', qty: 2 },
    ])
  })

  test('that begins, ends or falls later leaves the units before it alone', async () => {
    await stockShop(pool, { later: { units: 50 } })
    const before = await desk.hold({ later: 5 }, { customer })
    await changeSkuRules(pool, 'later', { limit_qty: 4 })
    const within = await desk.hold({ later: 4 }, { customer })
    await changeSkuRules(pool, 'later', { limit_qty: 2 })
    const [refused] = await desk.reserve(cartFor({ later: 1 }, { customer }))
    expect(refused).toMatchObject({ refusal: { reason: 'LIMIT', limit: 2, used: 4 } })
    await changeSkuRules(pool, 'later', { limit_qty: null })
    await desk.hold({ later: 9 }, { customer })
    await desk.within((tx) => releaseHolds(tx, [before.id, within.id], { customer, actor: null }))
    const { rows } = await pool.query(`select qty from inv.customer_usage where sku = 'later'`)
    expect(rows).toEqual([{ qty: 0 }])
  })

  test('cannot be passed by plain SQL either', async () => {
    await stockShop(pool, { wall: { units: 50, limit: 2 } })
    await desk.hold({ wall: 2 }, { customer })
    const raise = pool.query(`update inv.customer_usage set qty = 3 where sku = 'wall'`)
    await expect(raise).rejects.toMatchObject({ constraint: 'usage_within_limit' })
  })
})

test('a batch of 256 carts over a few units gives each unit once, to those who came first', async () => {
  await stockShop(pool, { few: { units: 40 } })
  const carts = Array.from({ length: 256 }, () => cartFor({ few: 1 }, { id: randomUUID() }))
  const answers = await desk.reserve(...carts)
  expect(answers.map((one) => one.outcome)).toEqual(carts.map((_, at) => (at < 40 ? 'OK' : 'REFUSED')))
  expect(await desk.shelf('few')).toMatchObject({ on_hand: 40, held: 40 })
})
