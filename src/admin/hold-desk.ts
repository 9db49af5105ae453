/** Holds of all customers, for people of the shop: listed, and given back where a customer cannot do it. */
import { type HoldView, viewOf } from '../orders/own-holds.ts'
import { orUnavailable } from '../orders/unavailable.ts'
import { closePayingHold } from '../postgres/inv/closings.ts'
import {
  type HoldRow,
  type HoldStateText,
  listHolds,
  readHolds,
  releaseHolds,
} from '../postgres/inv/holds.ts'
import type { PoolClient } from '../postgres/pool.ts'
import { type Acting, act, type Change, notPossible, unknown } from './acting.ts'
import { type DeskParts, type PageAsked, pageOf } from './desk-parts.ts'
import { followUp } from './follow-up.ts'

/** As its customer sees it, and who that is. */
export type HoldOfCustomer = HoldView & { readonly customer: string }

export type HoldDesk = {
  /** Youngest first. @param state null: any */
  list(
    state: HoldStateText | null,
    page: PageAsked,
  ): Promise<{ readonly holds: readonly HoldOfCustomer[]; readonly next: string | null }>
  /** One that is being paid for is closed first: RELEASED once the provider has said that no money can come. */
  release(acting: Acting, id: string): Promise<Change<HoldOfCustomer>>
}

export function createHoldDesk(parts: DeskParts): HoldDesk {
  const { pool } = parts
  return {
    list: (state, { before, limit }) =>
      orUnavailable(async () => {
        const from = before === null ? null : { id: before }
        const rows = await listHolds(pool, { state, before: from, limit: limit + 1 })
        const { shown, next } = pageOf(rows, limit, ({ id }) => id)
        return { holds: shown.map(shownHold), next }
      }),
    async release(acting, id) {
      const action = { what: 'hold.release', target: id, request: null }
      const outcome = await act<HoldOfCustomer>(pool, acting, action, async (tx) => {
        const isEnded = await end(tx, id, acting.actor)
        const [row] = await readHolds(tx, [id])
        if (!row) return unknown('hold')
        const isOver = row.state === 'RELEASED' || row.state === 'EXPIRED' || row.state === 'CLOSING'
        if (isEnded || isOver) return { answer: shownHold(row) }
        return notPossible(row.state === 'CONFIRMED' ? 'ALREADY_PAID' : 'WRONG_STATE')
      })
      if (outcome.outcome === 'done')
        await followUp(
          parts,
          outcome.answer.lines.map(({ sku }) => sku),
        )
      return outcome
    },
  }
}

async function end(tx: PoolClient, id: string, actor: string): Promise<boolean> {
  const released = await releaseHolds(tx, [id], { customer: null, actor })
  return released.length > 0 || (await closePayingHold(tx, id, null))
}

function shownHold(row: HoldRow): HoldOfCustomer {
  return { ...viewOf(row), customer: row.customer }
}
