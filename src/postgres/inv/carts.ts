/** Carts on the server, for pages without script. A cart holds nothing: units are taken when it is checked out. */
import type { Pool, PoolClient } from '../pool.ts'
import { moneyOf } from './money.ts'

/** `seen_price_minor`: of one unit when the line was put; null: none was shown. */
export type CartLineRow = {
  readonly sku: string
  readonly qty: number
  readonly seen_price_minor: number | null
}

/** SKUs of one cart: what one hold may have. */
const LINES_MAX = 100

/** Lines of a customer's cart in the order they were put; none: an empty list. */
export async function readCart(db: Pool | PoolClient, customer: string): Promise<CartLineRow[]> {
  const { rows } = await db.query<CartLineRow>(
    `select l.sku, l.qty, ${moneyOf('l.seen_price_minor')} as seen_price_minor
       from inv.cart c join inv.cart_line l on l.cart_id = c.id
      where c.customer = $1::text
      order by l.added_at, l.sku`,
    [customer],
  )
  return rows
}

/**
 * Put units of a SKU into a cart, or set how many it has.
 * @param line `qty` 1..9,999. `mode` add: to those that are there, at most 9,999
 * @returns units of the SKU in the cart now; null: the cart is full
 */
export async function putCartLine(
  db: Pool | PoolClient,
  customer: string,
  line: {
    readonly sku: string
    readonly qty: number
    readonly seen_price_minor: number | null
    readonly mode: 'add' | 'set'
  },
): Promise<number | null> {
  const { rows } = await db.query<{ qty: number }>(
    `with cart as (
       insert into inv.cart as c (customer) values ($1::text)
           on conflict (customer) do update set updated_at = clock_timestamp() returning c.id
     )
     insert into inv.cart_line as l (cart_id, sku, qty, seen_price_minor)
     select c.id, $2::text, $3::integer, $4::bigint
       from cart c
      where exists (select from inv.cart_line e where e.cart_id = c.id and e.sku = $2::text)
         or (select count(*) from inv.cart_line e where e.cart_id = c.id) < $6::integer
         on conflict (cart_id, sku) do update
        set qty = least(9999, case when $5::boolean then l.qty else 0 end + excluded.qty),
            seen_price_minor = excluded.seen_price_minor
     returning l.qty`,
    [customer, line.sku, line.qty, line.seen_price_minor, line.mode === 'add', LINES_MAX],
  )
  return rows[0]?.qty ?? null
}

/** Take SKUs out of a cart. @param skus null: all of them */
export async function removeCartLines(
  db: Pool | PoolClient,
  customer: string,
  skus: readonly string[] | null,
): Promise<void> {
  await db.query(
    `delete from inv.cart_line l using inv.cart c
      where c.customer = $1::text and l.cart_id = c.id and ($2::text[] is null or l.sku = any ($2::text[]))`,
    [customer, skus],
  )
}

/**
 * A guest has become a customer: the guest's lines join those of the customer, whose own win; the guest's cart ends.
 * Repeating it changes nothing.
 */
export async function joinCarts(tx: PoolClient, guest: string, customer: string): Promise<void> {
  await tx.query(
    `with cart as (
       insert into inv.cart as c (customer) values ($2::text)
           on conflict (customer) do update set updated_at = clock_timestamp() returning c.id
     )
     insert into inv.cart_line (cart_id, sku, qty, seen_price_minor, added_at)
     select c.id, l.sku, l.qty, l.seen_price_minor, l.added_at
       from cart c, inv.cart g join inv.cart_line l on l.cart_id = g.id
      where g.customer = $1::text
      order by l.added_at
      limit (select $3::integer - count(*) from inv.cart_line e join inv.cart m on m.id = e.cart_id where m.customer = $2::text)
         on conflict (cart_id, sku) do nothing`,
    [guest, customer, LINES_MAX],
  )
  await tx.query('delete from inv.cart c where c.customer = $1::text', [guest])
}
