/**
 * What a customer may do with a hold that is made: look at it, ask for more time, give it back. Whose it is stands in
 * every statement; a hold of somebody else does not exist. Only Postgres is asked, so all of it goes on without Redis,
 * which is told what has come free.
 */
import { closePayingHold } from '../postgres/inv/closings.ts'
import {
  extendHold,
  type HoldRow,
  type HoldStateText,
  readHolds,
  releaseHolds,
} from '../postgres/inv/holds.ts'
import { readLastChangesOfHolds } from '../postgres/inv/last-changes.ts'
import { inTransaction, type Pool } from '../postgres/pool.ts'
import type { StockChange } from './admission.ts'
import { answerLines, type HoldAnswerLine } from './hold-answer.ts'
import type { Refusal, ShortLine } from './types.ts'
import { orUnavailable } from './unavailable.ts'

/** A hold as its customer sees it now. */
export type HoldView = {
  readonly hold_id: string
  /** `EXPIRED` from the moment its time is over, also before the sweeper has given the units back. */
  readonly state: HoldStateText
  readonly created_at: string
  readonly expires_at: string
  /** No extension goes beyond this. */
  readonly max_expires_at: string
  /** 0 when it is over, or when it has ended. */
  readonly expires_in_ms: number
  readonly currency: string | null
  readonly total_minor: number | null
  readonly lines: readonly HoldAnswerLine[]
  readonly short?: readonly ShortLine[]
  /** Of a hold that was refused: why. */
  readonly refusal?: Refusal
  readonly order_id: string | null
}

/** Why a hold cannot be extended or given back. */
export type HoldObstacle =
  | 'EXPIRED'
  | 'RELEASED'
  | 'ABANDONED'
  | 'ALREADY_PAID'
  | 'IN_PROGRESS'
  | 'EXTEND_REFUSED'

export type HoldChange =
  | { readonly outcome: 'done'; readonly hold: HoldView }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'not_possible'; readonly reason: HoldObstacle }

export type OwnHolds = {
  /** @returns null: there is none of this customer */
  read(id: string, customer: string): Promise<HoldView | null>
  /** @param seconds more than it has now, integer >= 1 */
  extend(id: string, customer: string, seconds: number): Promise<HoldChange>
  /** Giving back what is not held any more changes nothing. One that is being paid for is closed first. */
  release(id: string, customer: string): Promise<HoldChange>
}

export type OwnHoldsParts = {
  readonly pool: Pool
  /** Told of the time of Postgres. */
  readonly onTime: (at: Date) => void
  /** Told of units that came free, after the commit. */
  readonly onChanges: (changes: readonly StockChange[]) => void
}

/** Each of them throws OrderingUnavailable where it is Postgres that fails. */
export function createOwnHolds({ pool, onTime, onChanges }: OwnHoldsParts): OwnHolds {
  const rowOf = async (id: string, customer: string): Promise<HoldRow | null> => {
    const [row] = await readHolds(pool, [id], customer)
    if (row) onTime(new Date(row.expires_at.getTime() - row.expires_in_ms))
    return row ?? null
  }
  const change = async (
    id: string,
    customer: string,
    isDone: (row: HoldRow) => HoldObstacle | null,
  ): Promise<HoldChange> => {
    const row = await rowOf(id, customer)
    if (row === null) return { outcome: 'unknown' }
    const reason = isDone(row)
    return reason === null ? { outcome: 'done', hold: viewOf(row) } : { outcome: 'not_possible', reason }
  }
  return {
    read: (id, customer) =>
      orUnavailable(async () => {
        const row = await rowOf(id, customer)
        return row && viewOf(row)
      }),
    extend: (id, customer, seconds) =>
      orUnavailable(async () => {
        const extended = await inTransaction(pool, (tx) => extendHold(tx, { id, customer, seconds }))
        return await change(id, customer, (row) => (extended ? null : obstacleOf(shownState(row))))
      }),
    release: (id, customer) =>
      orUnavailable(async () => {
        const { isEnded, changes } = await inTransaction(pool, async (tx) => {
          const ended = await releaseHolds(tx, [id], { customer, actor: null })
          return {
            changes: await readLastChangesOfHolds(tx, ended),
            isEnded: ended.length > 0 || (await closePayingHold(tx, id, customer)),
          }
        })
        onChanges(changes)
        return await change(id, customer, (row) => (isEnded ? null : releaseObstacle(row)))
      }),
  }
}

/** A hold as people see it. */
export function viewOf(row: HoldRow): HoldView {
  const isVoid = row.state === 'VOID'
  const short = !isVoid && row.refusal ? { short: row.refusal.lines } : {}
  return {
    hold_id: row.id,
    state: shownState(row),
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    max_expires_at: row.max_expires_at.toISOString(),
    expires_in_ms: row.state === 'ACTIVE' || row.state === 'PREPARED' ? Math.max(0, row.expires_in_ms) : 0,
    currency: row.currency,
    total_minor: row.total_minor,
    lines: answerLines(row.lines, row.refusal?.lines ?? []),
    ...short,
    ...(isVoid && row.refusal ? { refusal: row.refusal } : {}),
    order_id: row.order_id,
  }
}

function shownState({ state, expires_in_ms }: HoldRow): HoldStateText {
  return state === 'ACTIVE' && expires_in_ms <= 0 ? 'EXPIRED' : state
}

/** Why a hold in this state is not changed any more. */
export function obstacleOf(state: HoldStateText): HoldObstacle {
  switch (state) {
    case 'ACTIVE':
      return 'EXTEND_REFUSED' // beyond the longest time, or somebody waits for a SKU of it
    case 'PREPARED':
    case 'PAYING':
    case 'CLOSING':
      return 'IN_PROGRESS'
    case 'CONFIRMED':
      return 'ALREADY_PAID'
    case 'EXPIRED':
    case 'RELEASED':
      return state
    case 'VOID':
      return 'ABANDONED'
    default:
      throw new Error(`state not handled: ${state satisfies never}`)
  }
}

/** null: nothing is held any more, or will be soon, as the caller wants. */
function releaseObstacle({ state }: HoldRow): HoldObstacle | null {
  if (state === 'CONFIRMED') return 'ALREADY_PAID'
  return state === 'PREPARED' || state === 'ACTIVE' || state === 'PAYING' ? 'IN_PROGRESS' : null
}
