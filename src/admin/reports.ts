/** What needs a person: counts that differ, money that is unclear, events that nobody could handle, what others did. */

import {
  type DeadLetter,
  dropLetter,
  type LetterId,
  openLetters,
  retryLetter,
  type StoredLetter,
} from '../events/dead-letters.ts'
import { compareStock, type StockComparison } from '../orders/compare-stock.ts'
import { orUnavailable } from '../orders/unavailable.ts'
import { type ActionRow, listActions, recordAction } from '../postgres/audit.ts'
import { type DriftRow, readDrift } from '../postgres/inv/drift.ts'
import { listPayments, type PaymentStateText } from '../postgres/inv/payment-rows.ts'
import { type Acting, act, type Change, unknown } from './acting.ts'
import { type DeskParts, type PageAsked, pageOf } from './desk-parts.ts'
import { type PaymentShown, shownPayment } from './payment-shown.ts'

export type DriftShown = DriftRow & { readonly run: string; readonly at: string; readonly drift: number }
export type ActionShown = Omit<ActionRow, 'at'> & { readonly at: string }
/** Without the entry itself: a payload is for its consumer. */
export type LetterShown = Omit<DeadLetter, 'entry'> &
  Pick<StoredLetter, 'key' | 'type' | 'state'> & { readonly at: string }

export type Reports = {
  /** Latest findings of reconcile, youngest first. */
  drift(limit: number): Promise<readonly DriftShown[]>
  /** Compare the gate with Postgres, and set it right with `isFix`. @param sku null: all */
  reconcile(
    acting: Acting,
    asked: { readonly sku: string | null; readonly isFix: boolean },
    signal: AbortSignal,
  ): Promise<StockComparison>
  payments(state: PaymentStateText, limit: number): Promise<readonly PaymentShown[]>
  /** Oldest first. @param topic null: of all */
  letters(topic: string | null, limit: number): Promise<readonly LetterShown[]>
  /** Its consumer tries again within its next look. */
  retryLetter(acting: Acting, letter: LetterId): Promise<Change<LetterEnd>>
  dropLetter(acting: Acting, letter: LetterId): Promise<Change<LetterEnd>>
  /** What people have done, youngest first. @param target null: to anything */
  actions(
    target: string | null,
    page: PageAsked,
  ): Promise<{ readonly actions: readonly ActionShown[]; readonly next: string | null }>
}

export type LetterEnd = LetterId & { readonly state: 'retry' | 'dropped' }

export function createReports(parts: DeskParts): Reports {
  const { pool } = parts
  return {
    drift: (limit) =>
      orUnavailable(async () =>
        (await readDrift(pool, limit)).map((row) => ({
          ...row,
          drift: row.before - row.expected,
          at: row.at.toISOString(),
        })),
      ),
    reconcile: ({ actor, reason, request_id }, { sku, isFix }, signal) =>
      orUnavailable(async () => {
        const found = await compareStock(parts, { skus: sku === null ? null : [sku], isFix, signal })
        const done = { actor, action: 'stock.reconcile', target: sku ?? 'all', reason, request_id }
        if (isFix) await recordAction(pool, done)
        return found
      }),
    payments: (state, limit) =>
      orUnavailable(async () => (await listPayments(pool, state, limit)).map(shownPayment)),
    letters: (topic, limit) =>
      orUnavailable(async () => (await openLetters(pool, topic, limit)).map(shownLetter)),
    retryLetter: (acting, { consumer, event_id }) =>
      act<LetterEnd>(pool, acting, letterAction('letter.retry', { consumer, event_id }), async (tx) =>
        (await retryLetter(tx, { consumer, event_id }, acting.actor))
          ? { answer: { consumer, event_id, state: 'retry' } }
          : unknown('letter'),
      ),
    dropLetter: (acting, { consumer, event_id }) =>
      act<LetterEnd>(pool, acting, letterAction('letter.drop', { consumer, event_id }), async (tx) =>
        (await dropLetter(tx, { consumer, event_id }, acting))
          ? { answer: { consumer, event_id, state: 'dropped' } }
          : unknown('letter'),
      ),
    actions: (target, { before, limit }) =>
      orUnavailable(async () => {
        const rows = await listActions(pool, { target, before, limit: limit + 1 })
        const { shown, next } = pageOf(rows, limit, ({ id }) => id)
        return { actions: shown.map((row) => ({ ...row, at: row.at.toISOString() })), next }
      }),
  }
}

function letterAction(what: string, { consumer, event_id }: LetterId) {
  return { what, target: `${consumer} ${event_id}`, request: null }
}

function shownLetter({
  consumer,
  event_id,
  topic,
  key,
  type,
  state,
  error,
  attempts,
  at,
}: StoredLetter): LetterShown {
  return { consumer, event_id, topic, key, type, state, error, attempts, at: at.toISOString() }
}
