/** What every desk of administration works with. */
import type { ComparingParts } from '../orders/reconcile-in-postgres.ts'

export type DeskParts = ComparingParts & {
  /** UUIDv7 text. */
  readonly newId: () => string
  /** What went wrong beside an answer. */
  readonly onError: (error: unknown) => void
}

/** A page of a list: `before` is `next` of the page before it, or null. */
export type PageAsked = { readonly before: string | null; readonly limit: number }

/**
 * Rows of a page, read with one more than is shown.
 * @param idOf where the next page begins
 */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  idOf: (row: T) => string,
): { readonly shown: readonly T[]; readonly next: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return { shown, next: rows.length > limit && last !== undefined ? idOf(last) : null }
}
