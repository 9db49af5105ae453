/**
 * Holding units for carts: the one place where the shop promises something. A batch is decided in the order of its
 * carts, each as a whole, by one statement under the locks of its SKUs; what it promises is true once the caller's
 * transaction commits, and not before (I1, I2, I3, I7).
 */
import type { HeldLine, Refusal, ShortLine } from '../../orders/types.ts'
import type { PoolClient } from '../pool.ts'

/**
 * `qty`: units to take. `requested`: units the customer asked for, when the gate could grant fewer; 0 taken is then
 * fine too. `price_minor`: a price agreed before, used instead of the catalogue's.
 */
export type LineToReserve = {
  readonly sku: string
  readonly qty: number
  readonly expected_price_minor: number | null
  readonly requested?: number
  readonly price_minor?: number
}

/** `region`: locations in the caller's order, may be empty. `ttl_s` <= 1,800. 1 to 100 lines of 0 to 9,999 units. */
export type CartToReserve = {
  /** UUID text; the hold's id. */
  readonly id: string
  readonly customer: string
  readonly req_hash: Uint8Array
  readonly kind: 'cart' | 'offer'
  /** Take what there is, at least one unit in all; else each line as a whole. */
  readonly allow_partial: boolean
  readonly ttl_s: number
  readonly region: readonly number[]
  readonly lines: readonly LineToReserve[]
}

/**
 * OK: the units are held. A SKU that comes from several locations has a line for each, sorted by sku; `short` has the
 * lines of a partial hold that did not get all. KNOWN: the id exists, its row has the answer. REFUSED: nothing is
 * held, and the id never can be.
 */
export type Reserved =
  | {
      readonly outcome: 'OK'
      readonly lines: readonly HeldLine[]
      readonly short: readonly ShortLine[]
      readonly created_at: Date
      readonly expires_at: Date
      readonly currency: string
      readonly total_minor: number
    }
  | { readonly outcome: 'KNOWN' }
  | { readonly outcome: 'REFUSED'; readonly refusal: Refusal }

/** One row for the whole batch; arrays by cart or by held line. pg gives bigint[] as texts. */
type Batch = {
  readonly created_at: Date
  readonly outcome: readonly string[]
  readonly refusal: readonly (Refusal | null)[]
  readonly currency: readonly (string | null)[]
  readonly total_minor: readonly (string | null)[]
  readonly line_cart: readonly number[] | null
  readonly line_sku: readonly string[]
  readonly line_loc: readonly number[]
  readonly line_qty: readonly number[]
  readonly line_requested: readonly number[]
  readonly line_price: readonly string[]
  readonly line_ver: readonly string[]
}

/** Instance that decides; several Postgres instances are not built. */
const HOME = 0

/**
 * Hold units for carts, in arrival order. One round trip; the caller owns the transaction and must not have locked
 * anything in it before.
 * @returns one answer per cart, in the order of the carts
 * @throws pg error 55P03 (lock_not_available) when a SKU stays locked for lock_timeout, 2 s
 */
export async function reserveCarts(tx: PoolClient, carts: readonly CartToReserve[]): Promise<Reserved[]> {
  if (carts.length === 0) return []
  const { rows } = await tx.query<Batch>({
    name: 'inv.reserve_carts',
    text: `select created_at, outcome, refusal, currency, total_minor, line_cart, line_sku, line_loc, line_qty,
                  line_requested, line_price, line_ver
             from inv.reserve_carts($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::boolean[], $6::integer[],
                    $7::text[], $8::smallint, $9::integer[], $10::text[], $11::integer[], $12::integer[],
                    $13::bigint[], $14::bigint[])`,
    values: [...cartColumns(carts), HOME, ...lineColumns(carts)],
  })
  const [batch] = rows
  if (!batch) throw new Error('inv.reserve_carts: one row expected, none came')
  const lines = heldLines(batch, carts.length)
  return carts.map((cart, at) => answerOf(batch, at, cart, lines[at] ?? []))
}

function cartColumns(carts: readonly CartToReserve[]): unknown[] {
  return [
    carts.map((cart) => cart.id),
    carts.map((cart) => cart.customer),
    carts.map((cart) => Buffer.from(cart.req_hash)),
    carts.map((cart) => cart.kind),
    carts.map((cart) => cart.allow_partial),
    carts.map((cart) => cart.ttl_s),
    carts.map((cart) => cart.region.join(',')),
  ]
}

/** A column in which every line has null is one null: most batches need neither of the last two. */
function lineColumns(carts: readonly CartToReserve[]): unknown[] {
  const lines = carts.flatMap((cart, at) => cart.lines.map((line) => ({ ...line, cart: at + 1 })))
  const optional = (value: (line: LineToReserve) => number | null | undefined) => {
    const values = lines.map((line) => value(line) ?? null)
    return values.every((one) => one === null) ? null : values
  }
  return [
    lines.map((line) => line.cart),
    lines.map((line) => line.sku),
    lines.map((line) => line.qty),
    optional((line) => line.requested),
    optional((line) => line.expected_price_minor),
    optional((line) => line.price_minor),
  ]
}

function heldLines(batch: Batch, carts: number): HeldLine[][] {
  const byCart: HeldLine[][] = Array.from({ length: carts }, () => [])
  for (const [at, cart] of (batch.line_cart ?? []).entries()) {
    byCart[cart - 1]?.push({
      sku: batch.line_sku[at] as string,
      qty: batch.line_qty[at] as number,
      unit_price_minor: Number(batch.line_price[at]),
      requested: batch.line_requested[at] as number,
      loc: batch.line_loc[at] as number,
      ver: Number(batch.line_ver[at]),
    })
  }
  return byCart
}

function answerOf(batch: Batch, at: number, cart: CartToReserve, lines: readonly HeldLine[]): Reserved {
  const outcome = batch.outcome[at]
  const refusal = batch.refusal[at]
  if (outcome === 'KNOWN') return { outcome: 'KNOWN' }
  if (outcome !== 'OK') {
    if (!refusal) throw new Error(`inv.reserve_carts: ${outcome} without a refusal`)
    return { outcome: 'REFUSED', refusal }
  }
  return {
    outcome: 'OK',
    lines,
    short: refusal?.lines ?? [],
    created_at: batch.created_at,
    expires_at: new Date(batch.created_at.getTime() + cart.ttl_s * 1_000),
    currency: batch.currency[at] as string,
    total_minor: Number(batch.total_minor[at]),
  }
}
