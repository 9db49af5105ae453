/**
 * What it takes to put another hold into the place of one: both under the same locks, in one transaction, so that nobody
 * can take the units in between and a refusal leaves the first one as it was.
 */
import type { PoolClient } from '../pool.ts'
import type { HoldStateText } from './holds.ts'
import { moneyOf } from './money.ts'

/** `expires_in_ms` by the clock of Postgres. Prices are those of the hold. */
export type LockedHold = {
  readonly state: HoldStateText
  readonly expires_in_ms: number
  readonly lines: readonly { readonly sku: string; readonly unit_price_minor: number }[]
}

/**
 * Lock one hold of a customer, and then all SKUs of it and of what shall be in its place, in the order of all locks.
 * @returns null: there is none of this customer
 */
export async function lockForChange(
  tx: PoolClient,
  hold: { readonly id: string; readonly customer: string; readonly skus: readonly string[] },
): Promise<LockedHold | null> {
  const { rows } = await tx.query<LockedHold>(
    `select h.state,
            floor(extract(epoch from h.expires_at - clock_timestamp()) * 1000)::integer as expires_in_ms,
            (select coalesce(json_agg(json_build_object('sku', l.sku, 'unit_price_minor', l.price)), '[]')
               from (select sku, ${moneyOf('max(unit_price_minor)')} as price
                       from inv.hold_line where hold_id = h.id group by sku) l) as lines
       from inv.hold h
      where h.id = $1::uuid and h.customer = $2::text
        for update`,
    [hold.id, hold.customer],
  )
  const [row] = rows
  if (!row) return null
  const skus = [...new Set([...hold.skus, ...row.lines.map((line) => line.sku)])]
  await tx.query('select inv.lock_skus($1::text[])', [skus])
  return row
}

/** The new hold ends when the first one had to end at the latest: changing a hold again and again gives no more time. */
export async function inheritLongestTime(tx: PoolClient, from: string, to: string): Promise<void> {
  await tx.query(
    `update inv.hold h set max_expires_at = f.max_expires_at
       from inv.hold f
      where h.id = $2::uuid and f.id = $1::uuid`,
    [from, to],
  )
}
