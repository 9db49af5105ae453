import { describe, expect, test } from 'vitest'
import type { GateCart } from './admission.ts'
import { type AskedSlot, answerOf, goesOn, type SlotReply, takenBy } from './gate-answer.ts'

const A = { sku: 'A', qty: 2 }
const B = { sku: 'B', qty: 1 }
const cart = (overrides: Partial<GateCart> = {}): GateCart => ({
  id: 'h',
  hash: 'x',
  lines: [A, B],
  allowPartial: false,
  isOffer: false,
  ...overrides,
})
const slot = (number: number, lines: AskedSlot['lines'], reply: SlotReply): AskedSlot => ({
  slot: number,
  lines,
  reply,
})
const short = (sku: string, available: number): SlotReply => ({
  word: 'SHORT',
  could: available,
  short: [{ sku, available, ver: 9 }],
})

describe('the answer about a cart', () => {
  test('lines that every slot granted are admitted', () => {
    const asked = [slot(1, [A], { word: 'OK', granted: [2] }), slot(4, [B], { word: 'OK', granted: [1] })]
    expect(answerOf(cart(), asked)).toEqual({ outcome: 'OK', granted: [A, B] })
  })

  test('one slot that knows the cart makes it a known one', () => {
    const asked = [slot(1, [A], { word: 'KNOWN', granted: [2] }), slot(4, [B], { word: 'OK', granted: [1] })]
    expect(answerOf(cart(), asked)).toEqual({ outcome: 'KNOWN', granted: [A, B] })
  })

  test('a cart is sold out when no line has a unit, and tells which SKUs are gone', () => {
    expect(answerOf(cart({ lines: [A] }), [slot(1, [A], short('A', 0))])).toEqual({
      outcome: 'REFUSED',
      refusal: { reason: 'SOLD_OUT', lines: [{ sku: 'A', requested: 2, available: 0 }] },
      soldOut: [{ sku: 'A', available: 0, ver: 9 }],
    })
  })

  test('units that could be had, or slots that were not asked, make a refusal partial', () => {
    expect(answerOf(cart({ lines: [A] }), [slot(1, [A], short('A', 1))])).toMatchObject({
      refusal: { reason: 'PARTIAL', lines: [{ sku: 'A', requested: 2, available: 1 }] },
      soldOut: [],
    })
    expect(answerOf(cart(), [slot(1, [A], short('A', 0))])).toMatchObject({ refusal: { reason: 'PARTIAL' } })
  })

  test('a cart that takes what it can get is admitted without the slot that has nothing', () => {
    const partial = cart({ allowPartial: true })
    const asked = [slot(1, [A], short('A', 0)), slot(4, [B], { word: 'OK', granted: [1] })]
    expect(goesOn(short('A', 0), partial)).toBe(true)
    expect(answerOf(partial, asked)).toEqual({ outcome: 'OK', granted: [B] })
    expect(answerOf(partial, [asked[0] as AskedSlot, slot(4, [B], short('B', 0))])).toMatchObject({
      refusal: { reason: 'SOLD_OUT', lines: [{ sku: 'A' }, { sku: 'B' }] },
    })
  })

  test('what this call took is given back on a refusal, what was known before is left to Postgres', () => {
    const taken = [slot(1, [A], { word: 'OK', granted: [2] }), slot(4, [B], short('B', 0))]
    expect(takenBy(taken)).toEqual([taken[0]])
    const known = [slot(1, [A], { word: 'KNOWN', granted: [2] }), slot(4, [B], short('B', 0))]
    expect(takenBy(known)).toEqual([])
    expect(answerOf(cart(), known)).toEqual({ outcome: 'UNKNOWN', reason: 'partly_known' })
  })

  test('a slot that did not answer leaves the cart to Postgres', () => {
    const asked = [
      slot(1, [A], { word: 'OK', granted: [2] }),
      slot(4, [B], { word: 'UNKNOWN', reason: 'timeout' }),
    ]
    expect(answerOf(cart({ allowPartial: true }), asked)).toEqual({ outcome: 'UNKNOWN', reason: 'timeout' })
  })

  test('a queue, a limit and a SKU that does not exist name their line', () => {
    const only = (reply: SlotReply) => answerOf(cart({ lines: [A] }), [slot(1, [A], reply)])
    expect(only({ word: 'QUEUE', sku: 'A', available: 3 })).toMatchObject({
      refusal: { reason: 'QUEUE', lines: [{ sku: 'A', requested: 2, available: 3 }] },
    })
    expect(only({ word: 'LIMIT', sku: 'A', available: 3, limit: 1 })).toMatchObject({
      refusal: { reason: 'LIMIT', limit: 1, used: 0, lines: [{ sku: 'A' }] },
    })
    expect(only({ word: 'UNKNOWN_SKU', sku: 'A' })).toMatchObject({ refusal: { reason: 'UNKNOWN_SKU' } })
    expect(only({ word: 'MISMATCH' })).toEqual({ outcome: 'MISMATCH' })
  })
})
