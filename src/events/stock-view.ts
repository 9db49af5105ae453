/** What a shopper sees of the stock of one SKU, and what an event changes about it. */
import type { Availability } from '../catalog/item.ts'
import type { StockChanged } from './schemas.ts'

/** As read from Postgres. `available` is signed. */
export type StockRow = {
  readonly sku: string
  readonly ver: number
  readonly available: number
  /** Units at or below which it is low. */
  readonly low_at: number
  /** People waiting or offered. */
  readonly queue: number
}

/** As told to a browser. */
export type StockView = {
  readonly sku: string
  readonly ver: number
  readonly available: number
  readonly state: Availability
  readonly queue: number
}

/** A shopper never sees that more is promised than there is, which is nobody's but ours to know. */
export function stockView({ sku, ver, available, low_at, queue }: StockRow): StockView {
  const units = Math.max(0, available)
  const state = units === 0 ? 'out_of_stock' : units <= low_at ? 'low' : 'in_stock'
  return { sku, ver, available: units, state, queue }
}

/** The row after an event; the same object when the event is not newer. */
export function rowAfter(row: StockRow, event: StockChanged): StockRow {
  if (event.ver <= row.ver) return row
  return { ...row, ver: event.ver, available: event.available, queue: event.queue }
}
