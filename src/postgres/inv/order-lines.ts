/** Units of an order that leave it: cancelled before they are sent, or sent. All that is asked or nothing (I2, I4). */
import type { PoolClient } from '../pool.ts'
import type { OrderStateText } from './orders.ts'

export type UnitsOfSku = { readonly sku: string; readonly qty: number }

/**
 * CANCELLED: `amount_minor` is owed to the customer, the caller asks for the refund in the same transaction.
 * ALREADY_SHIPPED: not so many units are left to cancel.
 */
export type LinesCancelled =
  | { readonly outcome: 'CANCELLED'; readonly state: OrderStateText; readonly amount_minor: number }
  | { readonly outcome: 'ALREADY_SHIPPED' | 'WRONG_STATE' | 'UNKNOWN_ORDER' }

/**
 * Take unshipped units out of a paid order. The caller has checked whose it is.
 * @param lines null: everything that is not shipped; a SKU twice counts as the sum
 */
export async function cancelOrderLines(
  tx: PoolClient,
  cancel: {
    readonly order_id: string
    readonly lines: readonly UnitsOfSku[] | null
    readonly actor: string | null
  },
): Promise<LinesCancelled> {
  const { rows } = await tx.query<{ outcome: string; order_state: OrderStateText; amount_minor: number }>(
    `select outcome, order_state, amount_minor::float8 as amount_minor
       from inv.cancel_lines($1::uuid, $2::text[], $3::integer[], $4::text)`,
    [
      cancel.order_id,
      cancel.lines?.map((line) => line.sku) ?? null,
      cancel.lines?.map((line) => line.qty) ?? null,
      cancel.actor,
    ],
  )
  const [row] = rows
  if (row?.outcome === 'CANCELLED') {
    return { outcome: 'CANCELLED', state: row.order_state, amount_minor: row.amount_minor }
  }
  return { outcome: row?.outcome as 'ALREADY_SHIPPED' | 'WRONG_STATE' | 'UNKNOWN_ORDER' }
}

/** `id`: of the shipment, UUIDv7 text. */
export type LinesToShip = {
  readonly id: string
  readonly order_id: string
  readonly lines: readonly (UnitsOfSku & { readonly loc: number })[]
  readonly carrier: string | null
  readonly tracking: string | null
  readonly actor: string | null
}

/** NOT_OPEN: a line has not so many units left to send. */
export type LinesShipped =
  | { readonly outcome: 'SHIPPED'; readonly state: OrderStateText }
  | { readonly outcome: 'NOT_OPEN' | 'WRONG_STATE' | 'UNKNOWN_ORDER' }

/**
 * Units leave the building.
 * @throws pg error 22023 when a SKU and location come twice; 23505 when the shipment id exists
 */
export async function shipOrderLines(tx: PoolClient, ship: LinesToShip): Promise<LinesShipped> {
  const { rows } = await tx.query<{ outcome: string; order_state: OrderStateText }>(
    `select outcome, order_state
       from inv.ship_lines($1::uuid, $2::uuid, $3::text[], $4::smallint[], $5::integer[], $6::text, $7::text, $8::text)`,
    [
      ship.order_id,
      ship.id,
      ship.lines.map((line) => line.sku),
      ship.lines.map((line) => line.loc),
      ship.lines.map((line) => line.qty),
      ship.carrier,
      ship.tracking,
      ship.actor,
    ],
  )
  const [row] = rows
  if (row?.outcome === 'SHIPPED') return { outcome: 'SHIPPED', state: row.order_state }
  return { outcome: row?.outcome as 'NOT_OPEN' | 'WRONG_STATE' | 'UNKNOWN_ORDER' }
}
