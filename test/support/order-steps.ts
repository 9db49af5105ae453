/** Orders of a test in every state, and what each event does to one in SQL: by the statements of the product. */
import { randomUUID } from 'node:crypto'
import type { OrderEvent, OrderState } from '../../src/orders/order-state.ts'
import { finishClosing } from '../../src/postgres/inv/closings.ts'
import { releaseHolds } from '../../src/postgres/inv/holds.ts'
import { reserveLateOrder } from '../../src/postgres/inv/late-orders.ts'
import { cancelOrderLines, shipOrderLines } from '../../src/postgres/inv/order-lines.ts'
import { markDelivered } from '../../src/postgres/inv/orders.ts'
import { beginPayment, endPayment, takePayment } from '../../src/postgres/inv/payments.ts'
import { claimDueRefunds, finishRefund } from '../../src/postgres/inv/refunds.ts'
import { decideReturn, receiveReturn, requestReturn } from '../../src/postgres/inv/returns.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { type Desk, eur, TEST_PAYMENT } from './order-desk.ts'
import { stockShop } from './stocked-shop.ts'

/** States that orders of one instance have. */
export type OrderHere = Exclude<OrderState, 'PAID'>
/** Events that a statement of one instance stands for. */
export type OrderEventHere = Exclude<OrderEvent, 'home_confirmed' | 'last_part_confirmed' | 'stock_found'>

/** An order of all four units of a SKU of its own. */
export type MadeOrder = {
  readonly id: string
  readonly sku: string
  readonly hold: string
  readonly payment: string
  readonly amount: number
}

const UNITS = 4
const SENT_FIRST = 2
const NO_MORE = { attempts: 1, grace_s: 0 }

export type OrderSteps = ReturnType<typeof orderSteps>

export function orderSteps(pool: Pool, desk: Desk) {
  const pending = async (): Promise<MadeOrder> => {
    const sku = `order-${randomUUID()}`
    await stockShop(pool, { [sku]: { units: UNITS } })
    const hold = await desk.hold({ [sku]: UNITS })
    const payment = await desk.pay(hold.id)
    return { id: payment.order_id, sku, hold: hold.id, payment: payment.id, amount: hold.total_minor }
  }
  const after = (make: () => Promise<MadeOrder>, act: (made: MadeOrder) => Promise<unknown>) => async () => {
    const made = await make()
    await act(made)
    return made
  }
  const take = ({ payment, amount }: MadeOrder) => desk.within((tx) => takePayment(tx, payment, eur(amount)))
  const cancel = ({ id, sku }: MadeOrder, qty: number | null) =>
    desk.within((tx) =>
      cancelOrderLines(tx, { order_id: id, lines: qty === null ? null : [{ sku, qty }], actor: null }),
    )
  const openUnits = async ({ id }: MadeOrder) =>
    (
      await pool.query<{ open: number }>(
        'select sum(qty - cancelled - shipped)::integer as open from inv.order_line where order_id = $1',
        [id],
      )
    ).rows[0]?.open ?? 0
  const ship = (made: MadeOrder, qty: number) =>
    desk.within((tx) =>
      shipOrderLines(tx, {
        ...{ id: randomUUID(), order_id: made.id, carrier: null, tracking: null, actor: null },
        lines: [{ sku: made.sku, loc: 1, qty }],
      }),
    )
  /** The money will not come, and the hold ends with that. */
  const endHold = async ({ hold, payment }: MadeOrder) => {
    await desk.within((tx) => releaseHolds(tx, [hold], { customer: null, actor: 'test' }))
    await desk.within((tx) => endPayment(tx, { id: payment, state: 'CANCELLED' }, NO_MORE))
    await desk.within((tx) => finishClosing(tx, hold))
  }
  const findUnits = ({ id }: MadeOrder) =>
    desk.within(async (tx) => {
      await tx.query('savepoint before')
      const late = { order_id: id, hold_id: randomUUID(), refund_id: randomUUID() }
      if ((await reserveLateOrder(tx, late)) === 'GONE') await tx.query('rollback to before')
    })
  const takeUnitsAway = async ({ sku }: MadeOrder) =>
    void (await desk.hold({ [sku]: UNITS }).catch(() => null))
  const refund = async ({ id }: MadeOrder) => {
    await claimDueRefunds(pool, { limit: 1_000, lease_s: 60 })
    await desk.within(async (tx) => {
      // waits for whoever has claimed it together with refunds of their own
      const sql = 'select id from inv.refund where order_id = $1 for update'
      for (const row of (await tx.query<{ id: string }>(sql, [id])).rows) await finishRefund(tx, row.id)
    })
  }
  const returnAll = async ({ id, sku }: MadeOrder) => {
    const back = randomUUID()
    const { rows } = await pool.query<{ out: number }>(
      'select sum(shipped - returned)::integer as out from inv.order_line where order_id = $1',
      [id],
    )
    const line = { sku, qty: Math.max(1, rows[0]?.out ?? 0) }
    await desk.within(async (tx) => {
      await requestReturn(tx, { id: back, order_id: id, lines: [line], reason: null })
      await decideReturn(tx, back, 'APPROVED')
      await receiveReturn(tx, back, [{ ...line, loc: 1, restock: true }], null)
    })
  }
  const paid = after(pending, take)
  const shipped = after(paid, (made) => ship(made, UNITS))
  const cancelled = after(after(pending, endHold), take) // paid after all: it waits for units or its money
  const unfulfilled = after(after(cancelled, takeUnitsAway), findUnits)
  const ways: Readonly<Record<OrderHere, () => Promise<MadeOrder>>> = {
    PENDING_PAYMENT: pending,
    ALLOCATED: paid,
    PARTIALLY_SHIPPED: after(paid, (made) => ship(made, SENT_FIRST)),
    SHIPPED: shipped,
    DELIVERED: after(shipped, ({ id }) => desk.within((tx) => markDelivered(tx, id))),
    CANCELLED: cancelled,
    PAID_UNFULFILLED: unfulfilled,
    REFUNDED: after(unfulfilled, refund),
    RETURNED: after(shipped, returnAll),
  }
  const acts: Readonly<Record<OrderEventHere, (made: MadeOrder) => Promise<unknown>>> = {
    pay_called: ({ hold }) =>
      desk.within(async (tx) => {
        const { rows } = await tx.query('select customer from inv.hold where id = $1', [hold])
        const ids = { hold_id: hold, payment_id: randomUUID() }
        return await beginPayment(tx, { ...ids, ...TEST_PAYMENT, customer: rows[0]?.customer })
      }),
    hold_confirmed: take,
    hold_ended: endHold,
    paid_late_reserved: findUnits,
    paid_late_unavailable: async (made) => {
      await takeUnitsAway(made)
      await findUnits(made)
    },
    refund_done: refund,
    ship_some: (made) => ship(made, 1),
    ship_rest: async (made) => ship(made, Math.max(1, await openUnits(made))),
    cancel_some: (made) => cancel(made, 1),
    cancel_rest: (made) => cancel(made, null),
    delivered: ({ id }) => desk.within((tx) => markDelivered(tx, id)),
    returned_all: returnAll,
  }
  return { ways, acts, shipped, paid }
}
