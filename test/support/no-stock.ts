/** Live stock of an app that is asked about other things: two SKUs, and nobody can watch. */
import type { AppOptions } from '../../src/http/app.ts'
import { createStreamSeats } from '../../src/http/stream-seats.ts'

const ROWS = [
  { sku: 'LAMP-7', ver: 812, available: 3, low_at: 5, queue: 0 },
  { sku: 'DESK-2', ver: 4, available: -1, low_at: 5, queue: 2 },
]

export function noStock(): AppOptions['stock'] {
  return {
    read: (skus) => Promise.resolve(ROWS.filter(({ sku }) => skus.includes(sku))),
    hub: { watch: () => () => undefined },
    seats: createStreamSeats(0),
    visitorOf: () => Promise.resolve({ subject: null, address: null }),
  }
}
