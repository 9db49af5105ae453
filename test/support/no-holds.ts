/** The order path of an app that is asked about other things: Postgres does not answer. */
import type { HoldServices } from '../../src/http/routes/holds.ts'

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
