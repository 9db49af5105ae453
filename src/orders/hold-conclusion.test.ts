import { describe, expect, test } from 'vitest'
import type { HoldRow } from '../postgres/inv/holds.ts'
import { type HoldCall, type ReadyCart, readyCart } from './hold-call.ts'
import { fromReserved, fromRow } from './hold-conclusion.ts'

const ID = '0190f3c2-7b1e-7c4d-9a10-2f6d3b8e5a01'
const call: HoldCall = {
  key: ID,
  customer: 'guest:1',
  lines: [
    { sku: 'PEN', qty: 3, expected_price_minor: null },
    { sku: 'INK', qty: 2, expected_price_minor: null },
  ],
  allow_partial: true,
  ttl_s: 600,
  region: [],
}
function cartOf(changes: Partial<HoldCall> = {}): ReadyCart {
  const ready = readyCart({ ...call, ...changes }, ID, new Map())
  if (ready.outcome !== 'ready') throw new Error('expected a cart')
  return ready.cart
}
const cart = cartOf()
const created_at = new Date('2026-11-23T14:02:10.114Z')
/** PEN comes from two locations, of INK there was none. */
const lines = [
  { sku: 'PEN', loc: 2, qty: 1, unit_price_minor: 100, ver: 7 },
  { sku: 'PEN', loc: 1, qty: 2, unit_price_minor: 100, ver: 7 },
]
const short = [{ sku: 'INK', requested: 2, available: 0 }]
const row: HoldRow = {
  id: ID,
  kind: 'cart',
  customer: 'guest:1',
  state: 'ACTIVE',
  req_hash: Buffer.from(cart.req_hash),
  ttl_s: 600,
  created_at,
  expires_at: new Date(created_at.getTime() + 900_000), // extended since
  max_expires_at: new Date(created_at.getTime() + 1_800_000),
  expires_in_ms: 700_000,
  attempt: 0,
  currency: 'EUR',
  total_minor: 300,
  refusal: { reason: 'PARTIAL', lines: short },
  order_id: null,
  lines,
}

describe('what a decision means', () => {
  test('a fresh hold and its row, however it has changed since, answer with the same bytes', () => {
    const fresh = fromReserved(
      {
        outcome: 'OK',
        lines: lines.map((line) => ({ ...line, requested: 3 })),
        short,
        created_at,
        expires_at: row.expires_at,
        currency: 'EUR',
        total_minor: 300,
      },
      cart,
      false,
    )
    const states = ['ACTIVE', 'PAYING', 'CLOSING', 'CONFIRMED', 'RELEASED', 'EXPIRED'] as const
    for (const state of states) {
      const replay = fromRow({ ...row, state, lines: lines.toReversed() }, cart)
      if (fresh.answer.outcome !== 'held' || replay.answer.outcome !== 'held')
        throw new Error('expected holds')
      expect(JSON.stringify(replay.answer.hold)).toBe(JSON.stringify(fresh.answer.hold))
      expect([fresh.answer.isReplay, replay.answer.isReplay]).toEqual([false, true])
      expect(replay.gateNext).toEqual(fresh.gateNext)
    }
  })

  test('every line that the gate may have counted is settled, those without units at version 0', () => {
    expect(fromRow(row, cart).gateNext).toEqual([
      { sku: 'INK', ver: 0 },
      { sku: 'PEN', ver: 7 },
    ])
  })

  test('a row of another request or customer says nothing of itself and leaves the gate alone', () => {
    for (const other of [
      cartOf({ customer: 'guest:2' }),
      cartOf({ ttl_s: 60 }),
      cartOf({ allow_partial: false }),
    ]) {
      expect(fromRow(row, other)).toEqual({ answer: { outcome: 'reused' }, gateNext: 'leave' })
    }
  })

  test('a refused row refuses again, and a row that the sweeper made sends for a new key', () => {
    const refusal = { reason: 'LIMIT', lines: [], limit: 1, used: 1 } as const
    expect(fromRow({ ...row, state: 'VOID', refusal }, cart)).toEqual({
      answer: { outcome: 'refused', refusal, isReplay: true },
      gateNext: 'abort',
    })
    expect(fromRow({ ...row, state: 'VOID', req_hash: null, refusal: null }, cart)).toMatchObject({
      answer: { outcome: 'refused', refusal: { reason: 'ABANDONED' } },
      gateNext: 'abort',
    })
  })
})

describe('what a call asks for', () => {
  test('a bundle has the hash of what was asked and the lines of its parts', () => {
    const asked = { ...call, lines: [{ sku: 'SET', qty: 2, expected_price_minor: null }] }
    const parts = new Map([['SET', [{ sku: 'PEN', qty: 2 }]]])
    const changed = new Map([['SET', [{ sku: 'PEN', qty: 9 }]]])
    const [one, two] = [readyCart(asked, ID, parts), readyCart(asked, ID, changed)]
    if (one.outcome !== 'ready' || two.outcome !== 'ready') throw new Error('expected carts')
    expect(one.cart.lines).toEqual([{ sku: 'PEN', qty: 4, expected_price_minor: null }])
    expect(Buffer.compare(one.cart.req_hash, two.cart.req_hash)).toBe(0)
  })

  test('more than ten thousand units of a sku are refused before anybody is asked', () => {
    const many = { sku: 'PEN', qty: 9_999, expected_price_minor: null }
    expect(readyCart({ ...call, lines: [many] }, ID, new Map()).outcome).toBe('ready')
    expect(readyCart({ ...call, lines: [many, { ...many, qty: 1 }] }, ID, new Map())).toMatchObject({
      outcome: 'invalid',
      faults: [{ path: 'lines' }],
    })
  })
})
