/**
 * Words of the admission gate. The gate is Redis in front of Postgres: it turns losers away early and promises
 * nothing. Only a commit in Postgres makes a hold, whatever the gate has said.
 */
import type { Line, Refusal } from './types.ts'

/** A cart at the gate. `lines`: each SKU once, at most 100. */
export type GateCart = {
  /** Hold id. */
  readonly id: string
  /** Hash of the canonical request, as text: the same id with another one is another request. */
  readonly hash: string
  readonly lines: readonly Line[]
  /** Fewer units than asked for are good too, at least one in all. */
  readonly allowPartial: boolean
  /** An offer of the waiting queue, which passes while others have to wait. */
  readonly isOffer: boolean
}

/** Why the gate has no answer: it did not come in time, Redis is away, its epoch is not settled, SKUs are not loaded,
 * or only a part of a cart is known from before. */
export type UnknownReason = 'timeout' | 'down' | 'no_epoch' | 'not_loaded' | 'partly_known'

/** A SKU that had no unit left at this version. */
export type SoldOut = { readonly sku: string; readonly ver: number }

/**
 * What the gate says about a cart.
 * OK: admitted; `granted` has the units per line, without lines that got none. KNOWN: the id was admitted before, with
 * these units, and may be held or refused by now. MISMATCH: the id belongs to another request. REFUSED: nothing was
 * taken. UNKNOWN: it may or may not have been admitted; Postgres alone decides, and settle or abort follow as always.
 */
export type Admission =
  | { readonly outcome: 'OK' | 'KNOWN'; readonly granted: readonly Line[] }
  | { readonly outcome: 'MISMATCH' }
  | { readonly outcome: 'REFUSED'; readonly refusal: Refusal; readonly soldOut: readonly SoldOut[] }
  | { readonly outcome: 'UNKNOWN'; readonly reason: UnknownReason }

/** A line that Postgres holds, with the version that took it; 0: an admitted line that the hold does not have. */
export type SettledLine = { readonly sku: string; readonly ver: number }

/** One committed change of a SKU. `units`: of availability, signed. `queue`: whether people wait; null: unchanged. */
export type StockChange = {
  readonly sku: string
  readonly ver: number
  readonly units: number
  readonly queue: boolean | null
}

/** A SKU as one snapshot of Postgres has it. `available` is signed; `limit` is units per customer, null: none. */
export type StockCount = {
  readonly sku: string
  readonly available: number
  readonly ver: number
  readonly queue: boolean
  readonly limit: number | null
}

/** A count with the ids of the holds of the last 2 min that the snapshot contains, VOID ones left out. */
export type StockSnapshot = StockCount & { readonly holds: readonly string[] }

/** An admission that nobody has settled or aborted yet; units per SKU as granted. */
export type OverdueAdmission = { readonly id: string; readonly lines: readonly Line[] }
