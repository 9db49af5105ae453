/**
 * Holds after they are made: read, extended, given back, closed, expired. Each change is one guarded update; null or
 * an empty list says that the guard did not hold, and the row says why. I2, I5, I8.
 */
import type { HeldLine, Refusal } from '../../orders/types.ts'
import type { Pool, PoolClient } from '../pool.ts'
import { moneyOf } from './money.ts'

/** As `src/orders/hold-state.ts` has them. */
export type HoldStateText =
  | 'PREPARED'
  | 'ACTIVE'
  | 'PAYING'
  | 'CLOSING'
  | 'CONFIRMED'
  | 'RELEASED'
  | 'EXPIRED'
  | 'VOID'

/**
 * One hold with its lines, sorted by sku (code points), then location. `req_hash` null: a void row of the sweeper.
 * `refusal`: of a VOID row why, of a partial hold the lines that are short. `expires_in_ms` by the clock of Postgres;
 * negative when the time is over and the sweeper has not come yet.
 */
export type HoldRow = {
  readonly id: string
  readonly kind: 'cart' | 'offer' | 'part'
  readonly customer: string
  readonly state: HoldStateText
  readonly req_hash: Buffer | null
  readonly ttl_s: number
  readonly created_at: Date
  readonly expires_at: Date
  readonly max_expires_at: Date
  readonly expires_in_ms: number
  readonly attempt: number
  readonly currency: string | null
  readonly total_minor: number | null
  readonly refusal: Refusal | null
  readonly order_id: string | null
  readonly lines: readonly Omit<HeldLine, 'requested'>[]
}

const COLUMNS = `h.id, h.kind, h.customer, h.state, h.req_hash, h.ttl_s, h.created_at, h.expires_at, h.max_expires_at,
  floor(extract(epoch from h.expires_at - clock_timestamp()) * 1000)::integer as expires_in_ms,
  h.attempt, h.currency, ${moneyOf('h.total_minor')} as total_minor, h.refusal,
  (select o.id from inv.orders o where o.hold_id = h.id) as order_id,
  (select coalesce(json_agg(json_build_object('sku', l.sku, 'qty', l.qty, 'unit_price_minor', l.unit_price_minor,
            'loc', l.loc, 'ver', l.ver_at_hold) order by l.sku collate "C", l.loc), '[]')
     from inv.hold_line l where l.hold_id = h.id) as lines`

/**
 * @param customer whose they have to be; null: anybody's
 * @returns the rows that exist, in no order
 */
export async function readHolds(
  db: Pool | PoolClient,
  ids: readonly string[],
  customer: string | null = null,
): Promise<HoldRow[]> {
  const { rows } = await db.query<HoldRow>(
    `select ${COLUMNS} from inv.hold h
      where h.id = any ($1::uuid[]) and ($2::text is null or h.customer = $2::text)`,
    [ids, customer],
  )
  return rows
}

/** `state` null: any. `before` null: the first page, else the last hold seen. */
export type HoldPage = {
  readonly state: HoldStateText | null
  readonly before: Pick<HoldRow, 'id'> | null
  readonly limit: number
}

/** Page of holds for people, youngest first. As with orders, the id alone says where the last page ended. */
export async function listHolds(db: Pool, page: HoldPage): Promise<HoldRow[]> {
  const { rows } = await db.query<HoldRow>(
    `select ${COLUMNS}
       from inv.hold h
      where ($1::inv.hold_state is null or h.state = $1::inv.hold_state)
        and ($2::uuid is null
             or (h.created_at, h.id) < (select b.created_at, b.id from inv.hold b where b.id = $2::uuid))
      order by h.created_at desc, h.id desc
      limit $3::integer`,
    [page.state, page.before?.id ?? null, page.limit],
  )
  return rows
}

/**
 * Extend an ACTIVE hold by `seconds`.
 * @returns the new time, or null: not this customer's, not ACTIVE, over, past its longest time, or somebody waits for
 *   a SKU of it
 */
export async function extendHold(
  tx: PoolClient,
  hold: { readonly id: string; readonly customer: string; readonly seconds: number },
): Promise<{ readonly expires_at: Date } | null> {
  const { rows } = await tx.query<{ expires_at: Date }>(
    `with extended as (
       update inv.hold h
          set expires_at = h.expires_at + $3::integer * interval '1 second',
              due_at = h.expires_at + $3::integer * interval '1 second'
        where h.id = $1::uuid
          and h.customer = $2::text
          and h.state = 'ACTIVE'
          and h.expires_at > clock_timestamp()
          and h.expires_at + $3::integer * interval '1 second' <= h.max_expires_at
          and not exists (select from inv.hold_line l join inv.sku s on s.sku = l.sku
                           where l.hold_id = h.id and s.queue_live > 0)
       returning h.id, h.expires_at
     ), told as (
       select inv.tell('hold', 'hold.extended', array_agg(e.id)) from extended e
     )
     select e.expires_at from extended e, told`,
    [hold.id, hold.customer, hold.seconds],
  )
  return rows[0] ?? null
}

/**
 * Give back ACTIVE holds. Ending them again changes nothing.
 * @param customer null: an admin may end anybody's
 * @param actor for the ledger; null: the customer
 * @returns ids that this call ended
 */
export async function releaseHolds(
  tx: PoolClient,
  ids: readonly string[],
  who: { readonly customer: string | null; readonly actor: string | null },
): Promise<string[]> {
  const { rows } = await tx.query<{ ended_id: string }>(
    `select e.ended_id
       from inv.end_holds(
              array(select h.id from inv.hold h
                     where h.id = any ($1::uuid[]) and ($2::text is null or h.customer = $2::text)),
              '{ACTIVE}', 'RELEASED', false, $3::text) e`,
    [ids, who.customer, who.actor],
  )
  return rows.map((row) => row.ended_id)
}

/** End at most `limit` holds whose time is over. @returns their ids; as many as `limit`: there may be more */
export async function expireDueHolds(tx: PoolClient, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ ended_id: string }>('select ended_id from inv.expire_due($1::integer)', [
    limit,
  ])
  return rows.map((row) => row.ended_id)
}

/** When the next hold is over by itself, in ms from now by the clock of Postgres; <= 0: now; null: there is none. */
export async function nextDueHold(db: Pool): Promise<number | null> {
  const { rows } = await db.query<{ in_ms: number | null }>(
    `select (extract(epoch from min(h.due_at) - clock_timestamp()) * 1000)::float8 as in_ms
       from inv.hold h
      where h.state = 'ACTIVE' and h.kind <> 'part'`, // those that inv.expire_due ends
  )
  return rows[0]?.in_ms ?? null
}

/**
 * Make ids that nobody holds impossible to hold: a void row. What exists stays as it is.
 * @returns ids whose row was made by this call
 */
export async function voidHolds(db: Pool | PoolClient, ids: readonly string[]): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `insert into inv.hold (id, customer, state, ttl_s, expires_at, max_expires_at, refusal)
     select u.id, '', 'VOID', 0, clock_timestamp(), clock_timestamp(),
            '{"reason": "ABANDONED", "lines": []}'::jsonb
       from (select distinct i.id from unnest($1::uuid[]) as i (id) order by i.id) u
         on conflict (id) do nothing
     returning id`,
    [ids],
  )
  return rows.map((row) => row.id)
}
