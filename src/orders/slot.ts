/**
 * Slots: SKUs are spread over a fixed number of them, the same for the keys in Redis and for the instances of
 * Postgres. A slot is the unit that a cluster keeps together and that a job of the worker leases.
 */
import { crc32 } from 'node:zlib'
import type { Line } from './types.ts'

/** Fixed at install: another number would give every SKU another slot. */
export const INV_SLOTS = 16

/** @returns 0..15: CRC-32 of the UTF-8 bytes mod 16, as `inv.slot_of` in SQL */
export function slotOf(sku: string): number {
  return crc32(sku) % INV_SLOTS
}

/** Lines of one slot of the gate. */
export type SlotLines<T> = { readonly slot: number; readonly lines: readonly T[] }

/**
 * Lines by the slot of the gate they are admitted in, ascending; their order within a slot stays.
 * @param slots 1 when one Redis serves the gate: a cart is then one call; INV_SLOTS in a cluster, where a call cannot
 *   reach over nodes
 */
export function linesBySlot<T extends Pick<Line, 'sku'>>(lines: readonly T[], slots: number): SlotLines<T>[] {
  const found = new Map<number, T[]>()
  for (const line of lines) {
    const slot = slotOf(line.sku) % slots
    const before = found.get(slot)
    if (before) before.push(line)
    else found.set(slot, [line])
  }
  return [...found].map(([slot, ofSlot]) => ({ slot, lines: ofSlot })).sort((a, b) => a.slot - b.slot)
}
