/**
 * What a customer may do with an order that is paid: take units out of it that are not sent yet, and ask to send units
 * back. All of a call or nothing; what is owed goes back in the same transaction.
 */
import { readLastChanges } from '../postgres/inv/last-changes.ts'
import { cancelOrderLines, type LinesCancelled, type UnitsOfSku } from '../postgres/inv/order-lines.ts'
import { type OrderStateText, readOrder } from '../postgres/inv/orders.ts'
import { requestOrderRefund } from '../postgres/inv/refunds.ts'
import { requestReturn } from '../postgres/inv/returns.ts'
import type { Pool, PoolClient } from '../postgres/pool.ts'
import type { StockChange } from './admission.ts'
import { compareCodePoints } from './lines.ts'
import { type Effect, type Once, once } from './once.ts'
import { orUnavailable } from './unavailable.ts'

/** `key`: idempotency key, UUIDv7 text; null: this call has no twin. `customer`: subject of the token. */
type OwnCall = { readonly key: string | null; readonly order_id: string; readonly customer: string }

/** `lines` null: everything that is not sent. A sku twice counts as the sum. */
export type CancelCall = OwnCall & { readonly lines: readonly UnitsOfSku[] | null }
export type ReturnCall = OwnCall & { readonly lines: readonly UnitsOfSku[]; readonly reason: string | null }

export type CancelAnswer = {
  readonly order_id: string
  readonly state: OrderStateText
  /** What goes back, minor units; 0 and null for units that cost nothing. */
  readonly refund_minor: number
  readonly refund_id: string | null
}

export type ReturnAnswer = {
  readonly return_id: string
  readonly order_id: string
  readonly state: 'REQUESTED'
  readonly lines: readonly UnitsOfSku[]
  readonly reason: string | null
}

/** Why an order is left as it is. */
export type OrderObstacle =
  | 'NOT_PAID' // give the hold back instead
  | 'ALREADY_SHIPPED' // not so many units are left to cancel
  | 'NOT_SHIPPED' // not so many units are with the customer
  | 'CANCELLED' // nothing is left of it

type Left =
  /** The customer has no such order. */
  { readonly outcome: 'unknown' } | { readonly outcome: 'not_possible'; readonly reason: OrderObstacle }

/** `done`: the answer, the same one for the same key. */
export type OrderChange<Answer> =
  | { readonly outcome: 'done'; readonly answer: Answer; readonly isReplay: boolean }
  | Exclude<Once<Left>, { readonly outcome: 'done' }>

/** All of it throws OrderingUnavailable when Postgres does not answer. */
export type ChangeOrders = {
  cancel(call: CancelCall): Promise<OrderChange<CancelAnswer>>
  /** Ask to send units back; the shop decides. */
  requestReturn(call: ReturnCall): Promise<OrderChange<ReturnAnswer>>
}

export type ChangeOrdersParts = {
  readonly pool: Pool
  /** UUIDv7 text. */
  readonly newId: () => string
  /** Told of units that came free, after the commit. */
  readonly onChanges: (changes: readonly StockChange[]) => void
}

export function createChangeOrders({ pool, newId, onChanges }: ChangeOrdersParts): ChangeOrders {
  return {
    async cancel({ key, customer, order_id, lines }) {
      let freed: readonly StockChange[] = []
      const call = { key, customer, what: 'cancel' as const, request: [order_id, lines && merged(lines)] }
      const done = await change<CancelAnswer>(pool, call, async (tx) => {
        const effect = await cancelled(tx, { order_id, customer, lines, refund_id: newId() })
        freed = 'answer' in effect ? await freedBy(tx, order_id) : []
        return effect
      })
      onChanges(freed)
      return done
    },
    requestReturn: ({ key, customer, order_id, lines, reason }) =>
      change<ReturnAnswer>(
        pool,
        { key, customer, what: 'return', request: [order_id, merged(lines), reason] },
        (tx) => asked(tx, { id: newId(), order_id, customer, lines: merged(lines), reason }),
      ),
  }
}

async function change<Answer>(
  pool: Pool,
  call: Parameters<typeof once>[1],
  work: (tx: PoolClient) => Promise<Effect<Left>>,
): Promise<OrderChange<Answer>> {
  const done = await orUnavailable(() => once(pool, call, work))
  if (done.outcome !== 'done') return done
  return { outcome: 'done', answer: JSON.parse(done.body), isReplay: done.isReplay }
}

async function cancelled(
  tx: PoolClient,
  { order_id, customer, lines, refund_id }: Omit<CancelCall, 'key'> & { readonly refund_id: string },
): Promise<Effect<Left>> {
  const order = await readOrder(tx, order_id)
  if (order?.customer !== customer) return { refusal: { outcome: 'unknown' } }
  const gone = await cancelOrderLines(tx, { order_id, lines, actor: customer })
  if (gone.outcome !== 'CANCELLED') return { refusal: leftBy(gone, order.state) }
  const { state, amount_minor: refund_minor } = gone
  const answer: CancelAnswer = {
    order_id,
    state,
    refund_minor,
    refund_id: refund_minor > 0 ? refund_id : null,
  }
  if (refund_minor === 0) return { answer }
  const refund = { id: refund_id, order_id, amount_minor: refund_minor, reason: 'cancelled', return_id: null }
  if (!(await requestOrderRefund(tx, refund))) throw new Error(`order ${order_id}: no payment for its refund`)
  return { answer }
}

async function freedBy(tx: PoolClient, orderId: string): Promise<readonly StockChange[]> {
  const order = await readOrder(tx, orderId)
  return await readLastChanges(
    tx,
    (order?.lines ?? []).map(({ sku }) => sku),
  )
}

function leftBy(
  { outcome }: Exclude<LinesCancelled, { readonly outcome: 'CANCELLED' }>,
  state: OrderStateText,
): Left {
  switch (outcome) {
    case 'UNKNOWN_ORDER':
      return { outcome: 'unknown' }
    case 'ALREADY_SHIPPED':
      return { outcome: 'not_possible', reason: 'ALREADY_SHIPPED' }
    case 'WRONG_STATE':
      return { outcome: 'not_possible', reason: state === 'PENDING_PAYMENT' ? 'NOT_PAID' : 'CANCELLED' }
    default:
      throw new Error(`outcome not handled: ${outcome satisfies never}`)
  }
}

async function asked(
  tx: PoolClient,
  { customer, ...call }: Omit<ReturnCall, 'key'> & { readonly id: string },
): Promise<Effect<Left>> {
  const { id, order_id, lines, reason } = call
  const order = await readOrder(tx, order_id)
  if (order?.customer !== customer) return { refusal: { outcome: 'unknown' } }
  const outcome = await requestReturn(tx, call)
  if (outcome === 'UNKNOWN_ORDER') return { refusal: { outcome: 'unknown' } }
  if (outcome === 'NOT_SHIPPED') return { refusal: { outcome: 'not_possible', reason: 'NOT_SHIPPED' } }
  const answer: ReturnAnswer = { return_id: id, order_id, state: 'REQUESTED', lines, reason }
  return { answer }
}

/** One line per sku, sorted: calls that ask for the same are the same. */
function merged(lines: readonly UnitsOfSku[]): UnitsOfSku[] {
  const units = new Map<string, number>()
  for (const { sku, qty } of lines) units.set(sku, (units.get(sku) ?? 0) + qty)
  return [...units].map(([sku, qty]) => ({ sku, qty })).toSorted((a, b) => compareCodePoints(a.sku, b.sku))
}
