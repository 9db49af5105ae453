/**
 * A call for a hold, from what was asked for to the cart that gate and Postgres decide over. Pure: bundles are given.
 */

import type { FieldFault } from '../errors.ts'
import { type AskedLine, type Bundles, checkBounds, explodeBundles, LINES_MAX, mergeLines } from './lines.ts'
import { requestHash } from './request-hash.ts'

/** Most units of one SKU in one call, whatever its own `max_per_cart` is: above it no statement is asked. */
export const QTY_MAX = 9_999
/** Seconds; a hold ends after 30 minutes in any case. */
export const TTL_MAX_S = 1_800
export const TTL_DEFAULT_S = 600

export type HoldCall = {
  /** Idempotency key, UUIDv7 text; null: the caller gave none, so this call has no twin. */
  readonly key: string | null
  /** Subject of the token. */
  readonly customer: string
  /** As asked for, in any order, SKUs may repeat. */
  readonly lines: readonly AskedLine[]
  readonly allow_partial: boolean
  readonly ttl_s: number
  /** Locations in the caller's order. */
  readonly region: readonly number[]
}

/** What gate and Postgres decide over. */
export type ReadyCart = Pick<HoldCall, 'customer' | 'allow_partial' | 'ttl_s' | 'region'> & {
  readonly id: string
  readonly req_hash: Uint8Array
  /** Merged, bundles taken apart, sorted, within bounds. */
  readonly lines: readonly AskedLine[]
}

export type Ready =
  | { readonly outcome: 'ready'; readonly cart: ReadyCart }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] }

/**
 * @param id of the hold: the key, or one made here
 * @param bundles of all SKUs of the call
 */
export function readyCart(call: HoldCall, id: string, bundles: Bundles): Ready {
  const merged = mergeLines(call.lines)
  if (!merged.ok) return invalid(merged.faults)
  if (merged.lines.length > LINES_MAX)
    return invalid([{ path: 'lines', message: `has more than ${LINES_MAX} skus` }])
  const exploded = explodeBundles(merged.lines, bundles)
  const checked = exploded.ok ? checkBounds(exploded.lines, () => QTY_MAX) : exploded
  if (!checked.ok) return invalid(checked.faults)
  const { customer, allow_partial, ttl_s, region } = call
  const req_hash = requestHash({ customer, allow_partial, ttl_s, region, lines: merged.lines })
  const cart = { id, customer, allow_partial, ttl_s, region, req_hash, lines: checked.lines }
  return { outcome: 'ready', cart }
}

const invalid = (faults: readonly FieldFault[]): Ready => ({ outcome: 'invalid', faults })
