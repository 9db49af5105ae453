/** Carts as the write path gives them to Postgres. */
import { randomUUID } from 'node:crypto'
import type { CartToReserve } from '../src/postgres/inv/reserve.ts'

/** @param lines of each cart: one unit of SKUs that follow each other, from anywhere in the list */
export function cartsOf(count: number, skus: readonly string[], lines: number): CartToReserve[] {
  return Array.from({ length: count }, () => {
    const first = Math.floor(Math.random() * skus.length)
    const line = (at: number) => ({
      sku: skus[(first + at) % skus.length] ?? '',
      qty: 1,
      expected_price_minor: null,
    })
    return {
      ...{ id: nextId(), customer: randomUUID(), req_hash: new Uint8Array(32) },
      ...({ kind: 'cart', allow_partial: false, ttl_s: 600, region: [] } as const),
      lines: Array.from({ length: lines }, (_, at) => line(at)),
    }
  })
}

/** UUIDv7, as shops send it: ids of one moment lie together in the index. */
function nextId(): string {
  const ms = Date.now().toString(16).padStart(12, '0')
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${randomUUID().slice(15)}`
}
