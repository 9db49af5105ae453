/** What a caller is told while the database of orders is away. */
import { problem } from '../errors.ts'
import { isPassing } from '../orders/postgres-faults.ts'

/** Retry-After, seconds. */
const RETRY_S = 5

/**
 * @returns what the work gives
 * @throws Problem ordering-unavailable for a failure that passes by itself, else what the work throws
 */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (thrown) {
    if (isPassing(thrown))
      throw problem('ordering-unavailable', { retry_after_seconds: RETRY_S }, { cause: thrown })
    throw thrown
  }
}
