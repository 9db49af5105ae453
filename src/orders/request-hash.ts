/**
 * What makes two calls with one idempotency key the same call: who asks, and what for, after lines are merged.
 * Bundles are hashed as asked, not as taken apart: a bundle that is changed between a call and its retry must not
 * turn the retry into "another request under the same key".
 */
import { createHash } from 'node:crypto'
import type { AskedLine } from './lines.ts'

/** Everything of a hold's request that decides its outcome. */
export type HoldRequest = {
  /** Subject of the token. */
  readonly customer: string
  /** Merged and sorted, bundles not taken apart. */
  readonly lines: readonly AskedLine[]
  readonly allow_partial: boolean
  readonly ttl_s: number
  /** Locations in the caller's order. */
  readonly region: readonly number[]
}

/** The one text of a request: fixed order of fields, no space; equal for requests that are the same. */
export function canonicalRequest(request: HoldRequest): string {
  return JSON.stringify([
    'hold 1', // raised when a field is added: the old hashes then belong to no request of the new form
    request.customer,
    request.lines.map((line) => [line.sku, line.qty, line.expected_price_minor]),
    request.allow_partial,
    request.ttl_s,
    request.region,
  ])
}

/** @returns SHA-256 of the canonical request, 32 bytes */
export function requestHash(request: HoldRequest): Uint8Array {
  return createHash('sha256').update(canonicalRequest(request), 'utf8').digest()
}
