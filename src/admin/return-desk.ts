/** Goods that come back, for people of the shop: decided about, received, and paid back. */
import { orUnavailable } from '../orders/unavailable.ts'
import { areLocations } from '../postgres/inv/locations.ts'
import { requestOrderRefund } from '../postgres/inv/refunds.ts'
import {
  decideReturn,
  listReturns,
  type ReturnedLine,
  type ReturnRow,
  type ReturnStateText,
  readReturn,
  receiveReturn,
} from '../postgres/inv/returns.ts'
import { type Acting, act, type Change, notPossible, unknown } from './acting.ts'
import { type DeskParts, type PageAsked, pageOf } from './desk-parts.ts'
import { followUp } from './follow-up.ts'

export type ReturnShown = {
  readonly return_id: string
  readonly order_id: string
  readonly state: ReturnStateText
  /** Once received: where to, and whether to stock again or to scrap. */
  readonly lines: ReturnRow['lines']
  /** Of the customer. */
  readonly reason: string | null
  readonly created_at: string
}

/** `refund_id` null: the units cost nothing. */
export type ReturnReceipt = {
  readonly return_id: string
  readonly state: 'RECEIVED'
  readonly refund_minor: number
  readonly refund_id: string | null
}

export type ReturnDesk = {
  /** Youngest first. @param state null: any */
  list(
    state: ReturnStateText | null,
    page: PageAsked,
  ): Promise<{ readonly returns: readonly ReturnShown[]; readonly next: string | null }>
  /** Saying it again changes nothing. */
  decide(acting: Acting, id: string, decision: 'APPROVED' | 'REJECTED'): Promise<Change<ReturnShown>>
  /** Units are back: to stock, or to scrap; what they cost goes back to the customer. */
  receive(acting: Acting, id: string, lines: readonly ReturnedLine[]): Promise<Change<ReturnReceipt>>
}

export function createReturnDesk(parts: DeskParts): ReturnDesk {
  const { pool, newId } = parts
  return {
    list: (state, { before, limit }) =>
      orUnavailable(async () => {
        const rows = await listReturns(pool, { state, before, limit: limit + 1 })
        const { shown, next } = pageOf(rows, limit, ({ id }) => id)
        return { returns: shown.map(shownReturn), next }
      }),
    decide(acting, id, decision) {
      const what = decision === 'APPROVED' ? 'return.approve' : 'return.reject'
      return act<ReturnShown>(pool, acting, { what, target: id, request: null }, async (tx) => {
        const isDecided = await decideReturn(tx, id, decision)
        const row = await readReturn(tx, id)
        if (row === null) return unknown('return')
        return isDecided ? { answer: shownReturn(row) } : notPossible('WRONG_STATE')
      })
    },
    async receive(acting, id, lines) {
      const action = { what: 'return.receive', target: id, request: lines }
      const outcome = await act<ReturnReceipt>(pool, acting, action, async (tx) => {
        if (
          !(await areLocations(
            tx,
            lines.map(({ loc }) => loc),
          ))
        )
          return unknown('location')
        const done = await receiveReturn(tx, id, lines, acting.actor)
        if (done.outcome === 'UNKNOWN_RETURN') return unknown('return')
        if (done.outcome !== 'RECEIVED') return notPossible(done.outcome)
        const refund_minor = done.amount_minor
        const refund_id = refund_minor > 0 ? newId() : null
        if (refund_id !== null) {
          const refund = { id: refund_id, order_id: done.order_id, amount_minor: refund_minor }
          const isAsked = await requestOrderRefund(tx, { ...refund, reason: 'returned', return_id: id })
          if (!isAsked) throw new Error(`return ${id}: no payment for its refund`)
        }
        return { answer: { return_id: id, state: 'RECEIVED', refund_minor, refund_id } }
      })
      await followUp(parts, [...new Set(lines.filter(({ restock }) => restock).map(({ sku }) => sku))])
      return outcome
    },
  }
}

function shownReturn({ id, created_at, ...rest }: ReturnRow): ReturnShown {
  return { return_id: id, ...rest, created_at: created_at.toISOString() }
}
