/**
 * Stock changed by hand: each change has a reason and an actor in the ledger, and none takes away what is promised
 * (I1, I3). Reasons are texts for people.
 */
import type { PoolClient } from '../pool.ts'

/** Who changes stock and why. */
export type Because = { readonly reason: string; readonly actor: string }

export type UnitsAtPlace = { readonly sku: string; readonly loc: number; readonly qty: number }

/** Version of a SKU after a change. */
export type StockStep = { readonly sku: string; readonly ver: number }

/** SKUs of one statement; more are several, each a step of its own within the caller's transaction. */
const SKUS_PER_STATEMENT = 1_000

/**
 * Units arrive. A SKU that is new gets its rows. The same SKU and location twice counts as the sum.
 * @param units quantities >= 1
 */
export async function receiveStock(
  tx: PoolClient,
  units: readonly UnitsAtPlace[],
  { reason, actor }: Because,
): Promise<StockStep[]> {
  const steps: StockStep[] = []
  const sorted = units.toSorted((a, b) => (a.sku < b.sku ? -1 : a.sku > b.sku ? 1 : 0)) // one SKU in one statement
  for (let at = 0; at < sorted.length; at += SKUS_PER_STATEMENT) {
    const part = sorted.slice(at, at + SKUS_PER_STATEMENT)
    const { rows } = await tx.query<StockStep>(
      `select changed_sku as sku, changed_ver::float8 as ver
         from inv.receive($1::text[], $2::smallint[], $3::integer[], $4::text, $5::text)`,
      [part.map((one) => one.sku), part.map((one) => one.loc), part.map((one) => one.qty), reason, actor],
    )
    steps.push(...rows)
  }
  return steps
}

/** `d_on_hand`: signed, not 0. `release_holds`: the youngest ACTIVE holds may give way. */
export type StockAdjustment = {
  readonly sku: string
  readonly loc: number
  readonly d_on_hand: number
  readonly release_holds: boolean
}

/**
 * ADJUSTED: `released` are holds that were ended for it. ADJUST_BELOW_PROMISED: nothing changed, see `readPromises`.
 * MOVED: holds changed while they were chosen; roll back and call again in a new transaction.
 */
export type StockAdjusted =
  | { readonly outcome: 'ADJUSTED'; readonly ver: number; readonly released: readonly string[] }
  | { readonly outcome: 'ADJUST_BELOW_PROMISED' | 'MOVED' | 'UNKNOWN_STOCK' }

/** Correct the count of a shelf. */
export async function adjustStock(
  tx: PoolClient,
  change: StockAdjustment,
  { reason, actor }: Because,
): Promise<StockAdjusted> {
  const { rows } = await tx.query<{ outcome: string; ver: number; released: string[] }>(
    `select outcome, ver::float8 as ver, released
       from inv.adjust($1::text, $2::smallint, $3::integer, $4::boolean, $5::text, $6::text)`,
    [change.sku, change.loc, change.d_on_hand, change.release_holds, reason, actor],
  )
  const [row] = rows
  if (row?.outcome === 'ADJUSTED') return { outcome: 'ADJUSTED', ver: row.ver, released: row.released }
  return { outcome: row?.outcome as 'ADJUST_BELOW_PROMISED' | 'MOVED' | 'UNKNOWN_STOCK' }
}

/** Keep `safety` units of a shelf from shoppers. @returns the version; null: the SKU is not kept there */
export async function setSafety(
  tx: PoolClient,
  place: { readonly sku: string; readonly loc: number; readonly safety: number },
  { reason, actor }: Because,
): Promise<number | null> {
  const { rows } = await tx.query<{ ver: number | null }>(
    'select inv.set_safety($1::text, $2::smallint, $3::integer, $4::text, $5::text)::float8 as ver',
    [place.sku, place.loc, place.safety, reason, actor],
  )
  return rows[0]?.ver ?? null
}

/** Move units between locations. @returns the version; null: not so many units without a promise are there */
export async function transferStock(
  tx: PoolClient,
  move: { readonly sku: string; readonly from: number; readonly to: number; readonly qty: number },
  { reason, actor }: Because,
): Promise<number | null> {
  const { rows } = await tx.query<{ ver: number | null }>(
    'select inv.transfer($1::text, $2::smallint, $3::smallint, $4::integer, $5::text, $6::text)::float8 as ver',
    [move.sku, move.from, move.to, move.qty, reason, actor],
  )
  return rows[0]?.ver ?? null
}

/** A hold or order that an adjustment would leave without its units, with what it has on that shelf. */
export type PromiseInTheWay = {
  readonly kind: 'hold' | 'order'
  readonly id: string
  readonly state: string
  readonly qty: number
}

/** What is promised of a SKU at a location, youngest holds first, then orders; at most `limit` of each. */
export async function readPromises(
  tx: PoolClient,
  place: { readonly sku: string; readonly loc: number },
  limit: number,
): Promise<PromiseInTheWay[]> {
  const { rows } = await tx.query<PromiseInTheWay>(
    `(select 'hold' as kind, h.id, h.state::text as state, l.qty
        from inv.hold h join inv.hold_line l on l.hold_id = h.id and l.sku = $1::text and l.loc = $2::smallint
       where h.state in ('PREPARED', 'ACTIVE', 'PAYING', 'CLOSING')
       order by h.created_at desc, h.id desc limit $3::integer)
     union all
     (select 'order', o.id, o.state, l.qty - l.cancelled - l.shipped
        from inv.order_line l join inv.orders o on o.id = l.order_id
       where l.sku = $1::text and l.loc = $2::smallint and l.cancelled + l.shipped < l.qty
         and o.state in ('PAID', 'ALLOCATED', 'PARTIALLY_SHIPPED')
       order by o.created_at desc, o.id desc limit $3::integer)`,
    [place.sku, place.loc, limit],
  )
  return rows
}
