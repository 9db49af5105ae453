import { describe, expect, test } from 'vitest'
import { INV_SLOTS, linesBySlot, slotOf } from './slot.ts'

const lines = Array.from({ length: 200 }, (_, i) => ({ sku: `SKU-${i}`, qty: 1 }))

describe('slots', () => {
  test('the slot of a SKU is the standard CRC-32 of its UTF-8 bytes, mod 16', () => {
    expect(slotOf('123456789')).toBe(0xcbf43926 % 16) // the check value of CRC-32
    expect(slotOf('Tür-ø')).toBe(slotOf(Buffer.from('Tür-ø').toString('utf8')))
  })

  test('in a cluster lines are parted by slot, ascending, and none is lost', () => {
    const parts = linesBySlot(lines, INV_SLOTS)
    expect(parts.map(({ slot }) => slot)).toEqual(Array.from({ length: INV_SLOTS }, (_, slot) => slot))
    expect(parts.flatMap((part) => part.lines).length).toBe(lines.length)
    for (const { slot, lines: ofSlot } of parts) {
      expect(ofSlot.every(({ sku }) => slotOf(sku) === slot)).toBe(true)
    }
  })

  test('one Redis has one slot, so a cart is one call', () => {
    expect(linesBySlot(lines, 1)).toEqual([{ slot: 0, lines }])
  })
})
