/** The order path of an app that is asked about other things: Postgres does not answer. */
import type { AppOptions } from '../../src/http/app.ts'
import type { HoldServices } from '../../src/http/routes/holds.ts'
import type { OwnCart } from '../../src/orders/own-cart.ts'

export function noHolds(overrides: Partial<HoldServices> = {}): HoldServices {
  return {
    place: () => Promise.resolve({ outcome: 'unavailable' }),
    own: {
      read: () => Promise.resolve(null),
      extend: () => Promise.resolve({ outcome: 'unknown' }),
      release: () => Promise.resolve({ outcome: 'unknown' }),
    },
    change: () => Promise.resolve({ outcome: 'unknown' }),
    postgresNow: () => null,
    random: () => 0,
    ...overrides,
  }
}

export function noOrders(): Pick<AppOptions, 'orders' | 'pay' | 'takeWebhook'> {
  return {
    orders: {
      own: { read: () => Promise.resolve(null), list: () => Promise.resolve({ orders: [], next: null }) },
      change: {
        cancel: () => Promise.resolve({ outcome: 'unknown' }),
        requestReturn: () => Promise.resolve({ outcome: 'unknown' }),
      },
      postgresNow: () => null,
    },
    pay: () => Promise.resolve({ outcome: 'no_provider' }),
    takeWebhook: () => Promise.resolve('unknown_provider'),
  }
}

/** Of an app that is asked about other things: nothing is in it. */
export function noCart(): OwnCart {
  return {
    read: () => Promise.resolve({ lines: [], units: 0, currency: null, total: 0 }),
    put: () => Promise.resolve('unknown'),
    remove: () => Promise.resolve(),
    join: () => Promise.resolve(),
    itemsOf: () => Promise.resolve(new Map()),
  }
}
