/** The people behind the counter of a crowd's shop: they send, take back, receive, count and move stock, at random. */
import { randomUUID } from 'node:crypto'
import { shipOrderLines } from '../../src/postgres/inv/order-lines.ts'
import { readOrder } from '../../src/postgres/inv/orders.ts'
import { requestOrderRefund } from '../../src/postgres/inv/refunds.ts'
import { decideReturn, receiveReturn } from '../../src/postgres/inv/returns.ts'
import { adjustStock, receiveStock, setSafety, transferStock } from '../../src/postgres/inv/stock.ts'
import { inTransaction, type Pool, type PoolClient } from '../../src/postgres/pool.ts'
import { pick } from './random.ts'

export type StaffOptions = {
  readonly pool: Pool
  readonly random: () => number
  readonly skus: readonly string[]
  /** Orders that may be sent; the newest last. */
  readonly orders: readonly { readonly id: string }[]
}

const BECAUSE = { reason: 'as a test wishes', actor: 'test' }
/** Locations that have stock. */
const LOCATIONS = [1, 2] as const

/** One piece of work. What is not possible now changes nothing. @throws pg errors while Postgres is away */
export async function workOnce({ pool, random, skus, orders }: StaffOptions): Promise<void> {
  const sku = pick(random, skus)
  const loc = pick(random, LOCATIONS)
  const qty = 1 + Math.floor(random() * 3)
  const order = orders.at(-1 - Math.floor(random() * Math.min(orders.length, 60)))
  const works: readonly ((tx: PoolClient) => Promise<unknown>)[] = [
    ...(order ? [(tx: PoolClient) => send(tx, order.id, random)] : []),
    (tx) => takeBack(tx, random),
    (tx) => takeBack(tx, random),
    (tx) => receiveStock(tx, [{ sku, loc, qty }], BECAUSE),
    (tx) =>
      adjustStock(
        tx,
        { sku, loc, d_on_hand: random() < 0.5 ? qty : -qty, release_holds: random() < 0.2 },
        BECAUSE,
      ),
    (tx) => transferStock(tx, { sku, from: loc, to: loc === 1 ? 2 : 1, qty }, BECAUSE),
    (tx) => setSafety(tx, { sku, loc, safety: qty - 1 }, BECAUSE),
  ]
  await inTransaction(pool, pick(random, works))
}

async function send(tx: PoolClient, orderId: string, random: () => number): Promise<void> {
  const order = await readOrder(tx, orderId)
  const open = (order?.lines ?? []).flatMap(({ sku, loc, qty, cancelled, shipped }) => {
    const left = qty - cancelled - shipped
    return left > 0 && random() < 0.8 ? [{ sku, loc, qty: 1 + Math.floor(random() * left) }] : []
  })
  if (open.length === 0) return
  const parcel = { id: randomUUID(), order_id: orderId, carrier: null, tracking: null, actor: 'test' }
  await shipOrderLines(tx, { ...parcel, lines: open })
}

/** The oldest open return goes on by one step. */
async function takeBack(tx: PoolClient, random: () => number): Promise<void> {
  const { rows } = await tx.query<{ id: string; state: string; lines: { sku: string; qty: number }[] }>(
    `select id, state, lines from inv.return_request where state in ('REQUESTED', 'APPROVED')
      order by created_at limit 1`,
  )
  const [open] = rows
  if (!open) return
  if (open.state === 'REQUESTED') {
    await decideReturn(tx, open.id, random() < 0.8 ? 'APPROVED' : 'REJECTED')
    return
  }
  const lines = open.lines.map((line) => ({ ...line, loc: 1, restock: random() < 0.7 }))
  const back = await receiveReturn(tx, open.id, lines, 'test')
  if (back.outcome !== 'RECEIVED') return
  const refund = { id: randomUUID(), order_id: back.order_id, amount_minor: back.amount_minor }
  if (!(await requestOrderRefund(tx, { ...refund, reason: 'returned', return_id: open.id })))
    throw new Error(`return ${open.id}: no payment for its refund`)
}
