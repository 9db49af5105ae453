/** Goods that come back. A part of an order can come back, so a return is a row of its own; each unit comes back once. */
import type { Pool, PoolClient } from '../pool.ts'
import type { UnitsOfSku } from './order-lines.ts'

export type ReturnStateText = 'REQUESTED' | 'APPROVED' | 'REJECTED' | 'RECEIVED' | 'REFUNDED'

/** Once received, lines say where to, and whether to stock again or to scrap. */
export type ReturnRow = {
  readonly id: string
  readonly order_id: string
  readonly state: ReturnStateText
  readonly lines: readonly (UnitsOfSku & { readonly loc?: number; readonly restock?: boolean })[]
  readonly reason: string | null
  readonly created_at: Date
}

/** `id`: UUIDv7 text. A SKU twice counts as the sum. */
export type ReturnToRequest = {
  readonly id: string
  readonly order_id: string
  readonly lines: readonly UnitsOfSku[]
  readonly reason: string | null
}

/**
 * A customer wants to send units back. The caller has checked whose order it is.
 * @returns NOT_SHIPPED: not so many units are with the customer, those of other open returns left out
 */
export async function requestReturn(
  tx: PoolClient,
  request: ReturnToRequest,
): Promise<'REQUESTED' | 'NOT_SHIPPED' | 'UNKNOWN_ORDER'> {
  const { rows } = await tx.query<{ outcome: 'REQUESTED' | 'NOT_SHIPPED' | 'UNKNOWN_ORDER' }>(
    'select inv.request_return($1::uuid, $2::uuid, $3::text[], $4::integer[], $5::text) as outcome',
    [
      request.id,
      request.order_id,
      request.lines.map((line) => line.sku),
      request.lines.map((line) => line.qty),
      request.reason,
    ],
  )
  return rows[0]?.outcome ?? 'UNKNOWN_ORDER'
}

/** @returns whether the return is in the state now, by this call or by one before; false: it has gone another way */
export async function decideReturn(
  tx: Pool | PoolClient,
  id: string,
  decision: 'APPROVED' | 'REJECTED',
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update inv.return_request r set state = $2::text
      where r.id = $1::uuid and r.state in ('REQUESTED', $2::text)`,
    [id, decision],
  )
  return (rowCount ?? 0) > 0
}

/** `restock` false: scrapped, no stock changes. */
export type ReturnedLine = UnitsOfSku & { readonly loc: number; readonly restock: boolean }

/**
 * RECEIVED: `amount_minor` is owed, the caller asks for the refund in the same transaction. NOT_ASKED: more came
 * than the return says. WRONG_STATE: not approved, or received before.
 */
export type ReturnReceived =
  | { readonly outcome: 'RECEIVED'; readonly order_id: string; readonly amount_minor: number }
  | { readonly outcome: 'NOT_ASKED' | 'WRONG_STATE' | 'UNKNOWN_RETURN' }

/** Units of an approved return are back. @param lines what came, at least one unit in all */
export async function receiveReturn(
  tx: PoolClient,
  id: string,
  lines: readonly ReturnedLine[],
  actor: string | null,
): Promise<ReturnReceived> {
  const { rows } = await tx.query<{ outcome: string; order_id: string; amount_minor: number }>(
    `select outcome, order_id, amount_minor::float8 as amount_minor
       from inv.receive_return($1::uuid, $2::text[], $3::integer[], $4::smallint[], $5::boolean[], $6::text)`,
    [
      id,
      lines.map((line) => line.sku),
      lines.map((line) => line.qty),
      lines.map((line) => line.loc),
      lines.map((line) => line.restock),
      actor,
    ],
  )
  const [row] = rows
  if (row?.outcome === 'RECEIVED') {
    return { outcome: 'RECEIVED', order_id: row.order_id, amount_minor: row.amount_minor }
  }
  return { outcome: row?.outcome as 'NOT_ASKED' | 'WRONG_STATE' | 'UNKNOWN_RETURN' }
}

/** Returns of an order, oldest first. */
export async function readReturns(db: Pool | PoolClient, orderId: string): Promise<ReturnRow[]> {
  const { rows } = await db.query<ReturnRow>(
    `select r.id, r.order_id, r.state, r.lines, r.reason, r.created_at
       from inv.return_request r where r.order_id = $1::uuid order by r.created_at, r.id`,
    [orderId],
  )
  return rows
}

/** @returns null: unknown */
export async function readReturn(db: Pool | PoolClient, id: string): Promise<ReturnRow | null> {
  const { rows } = await db.query<ReturnRow>(
    'select r.id, r.order_id, r.state, r.lines, r.reason, r.created_at from inv.return_request r where r.id = $1::uuid',
    [id],
  )
  return rows[0] ?? null
}

/** `state` null: any. `before`: id of the last return seen, or null. */
export type ReturnPage = {
  readonly state: ReturnStateText | null
  readonly before: string | null
  readonly limit: number
}

/** Page of returns, youngest first. */
export async function listReturns(db: Pool, page: ReturnPage): Promise<ReturnRow[]> {
  const { rows } = await db.query<ReturnRow>(
    `select r.id, r.order_id, r.state, r.lines, r.reason, r.created_at
       from inv.return_request r
      where ($1::text is null or r.state = $1::text)
        and ($2::uuid is null
             or (r.created_at, r.id) < (select b.created_at, b.id from inv.return_request b where b.id = $2::uuid))
      order by r.created_at desc, r.id desc
      limit $3::integer`,
    [page.state, page.before, page.limit],
  )
  return rows
}
