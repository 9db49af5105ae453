/**
 * The body that answers a call for a hold: the same bytes at the first call and at every later one with the same key,
 * because both are made here from what never changes. So it has no state that moves and no time that runs; those are
 * headers, and part of `GET`.
 */
import type { FieldFault } from '../errors.ts'
import { compareCodePoints } from './lines.ts'
import type { HeldLine, Refusal, ShortLine } from './types.ts'

export type HoldAnswer = {
  readonly hold_id: string
  /** As it was when it was made. */
  readonly state: 'ACTIVE'
  /** ISO 8601, UTC, by the clock of Postgres. */
  readonly created_at: string
  /** Before any extension. */
  readonly first_expires_at: string
  readonly currency: string
  readonly total_minor: number
  /** Sorted by sku, then location. */
  readonly lines: readonly HoldAnswerLine[]
  /** Lines that got less than they asked for; absent: none. */
  readonly short?: readonly ShortLine[]
}

/** `requested`: units of the SKU, of which this location gives `qty`. */
export type HoldAnswerLine = Pick<HeldLine, 'sku' | 'requested' | 'qty' | 'unit_price_minor' | 'loc'>

/** The answer to a call for a hold, as words. */
export type HoldOutcome =
  | {
      readonly outcome: 'held'
      readonly hold: HoldAnswer
      /** Left now, ms; 0 when it is over. */
      readonly expires_in_ms: number
      readonly isReplay: boolean
    }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly isReplay: boolean }
  | { readonly outcome: 'invalid'; readonly faults: readonly FieldFault[] }
  /** The key belongs to another request. */
  | { readonly outcome: 'reused' }
  /** Nothing is held. */
  | { readonly outcome: 'overloaded' }
  /** Postgres does not answer: whether it is held, the same key will tell. */
  | { readonly outcome: 'unavailable' }

/** What both a fresh hold and its row have. */
export type MadeHold = {
  readonly id: string
  readonly created_at: Date
  readonly ttl_s: number
  readonly currency: string
  readonly total_minor: number
  readonly lines: readonly Omit<HoldAnswerLine, 'requested'>[]
  readonly short: readonly ShortLine[]
}

export function holdAnswer(hold: MadeHold): HoldAnswer {
  return {
    hold_id: hold.id,
    state: 'ACTIVE',
    created_at: hold.created_at.toISOString(),
    first_expires_at: new Date(hold.created_at.getTime() + hold.ttl_s * 1_000).toISOString(),
    currency: hold.currency,
    total_minor: hold.total_minor,
    lines: answerLines(hold.lines, hold.short),
    ...(hold.short.length > 0 ? { short: hold.short } : {}),
  }
}

/** @param short lines that got less: they say what was asked for; of every other line that is what it got */
export function answerLines(lines: MadeHold['lines'], short: readonly ShortLine[]): HoldAnswerLine[] {
  const requested = new Map<string, number>()
  for (const { sku, qty } of lines) requested.set(sku, (requested.get(sku) ?? 0) + qty)
  for (const line of short) requested.set(line.sku, line.requested)
  return lines
    .map(({ sku, qty, unit_price_minor, loc }) => ({
      sku,
      requested: requested.get(sku) ?? qty,
      qty,
      unit_price_minor,
      loc,
    }))
    .sort((a, b) => compareCodePoints(a.sku, b.sku) || a.loc - b.loc)
}
