/**
 * Holds with money under way that are to end. Units leave a PAYING hold only after the provider has said that the
 * money cannot come: PAYING becomes CLOSING, the provider is asked outside of any transaction, and the answer ends
 * the hold. Repeating any of it changes nothing.
 */
import type { PoolClient } from '../pool.ts'

/** A hold that has to end. `payment_ids`: of payments that the provider may still have money for, by attempt. */
export type Closing = {
  readonly hold_id: string
  readonly payment_ids: readonly string[]
  /** Questions without an answer so far. */
  readonly close_tries: number
  /** How long it has been due, ms: an alert after 5 min. */
  readonly since_ms: number
}

/**
 * A customer gives back a hold that is being paid for.
 * @param customer null: an admin
 * @returns whether it is CLOSING now because of this call
 */
export async function closePayingHold(tx: PoolClient, id: string, customer: string | null): Promise<boolean> {
  const { rows } = await tx.query(
    `with closed as (
       update inv.hold h
          set state = 'CLOSING', ends_as = 'RELEASED', close_tries = 0, due_at = clock_timestamp()
        where h.id = $1::uuid and h.state = 'PAYING' and ($2::text is null or h.customer = $2::text)
       returning h.id
     ), told as (select inv.tell('hold', 'hold.closing', array_agg(c.id)) from closed c)
     select c.id from closed c, told`,
    [id, customer],
  )
  return rows.length > 0
}

/** The pay deadline of PAYING holds has passed. @returns ids that are CLOSING now, at most `limit` */
export async function closeOverdueHolds(tx: PoolClient, limit: number): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `with due as (
       select h.id from inv.hold h
        where h.state = 'PAYING' and h.due_at <= (select clock_timestamp())
        order by h.due_at limit $1::integer for update skip locked
     ), closed as (
       update inv.hold h set state = 'CLOSING', ends_as = 'EXPIRED', close_tries = 0, due_at = clock_timestamp()
         from due where h.id = due.id
       returning h.id
     ), told as (select inv.tell('hold', 'hold.closing', array_agg(c.id order by c.id)) from closed c)
     select c.id from closed c, told`,
    [limit],
  )
  return rows.map((row) => row.id)
}

/**
 * Take CLOSING holds that are due, for `lease_s`: who does not come back with an answer leaves them to the next.
 * Without an open payment there is nothing to ask: such a hold can be finished.
 */
export async function claimClosings(
  tx: PoolClient,
  claim: { readonly limit: number; readonly lease_s: number },
): Promise<Closing[]> {
  const { rows } = await tx.query<Closing>(
    `with due as (
       select h.id, h.due_at from inv.hold h
        where h.state = 'CLOSING' and h.due_at <= (select clock_timestamp())
        order by h.due_at limit $1::integer for update skip locked
     ), claimed as (
       update inv.hold h set due_at = clock_timestamp() + $2::integer * interval '1 second'
         from due where h.id = due.id
       returning h.id, h.close_tries, due.due_at
     )
     select c.id as hold_id, c.close_tries,
            array(select p.id from inv.orders o join inv.payment p on p.order_id = o.id
                   where o.hold_id = c.id and p.state in ('CREATED', 'PENDING', 'UNKNOWN')
                   order by p.attempt) as payment_ids,
            (extract(epoch from clock_timestamp() - c.due_at) * 1000)::float8 as since_ms
       from claimed c
      order by c.due_at`,
    [claim.limit, claim.lease_s],
  )
  return rows
}

/** The provider gave no answer: ask again after 1 s, 2 s, 4 s, at most 60 s. */
export async function deferClosing(tx: PoolClient, id: string): Promise<void> {
  await tx.query(
    `update inv.hold h
        set close_tries = h.close_tries + 1,
            due_at = clock_timestamp() + least(60, power(2, least(h.close_tries, 6))) * interval '1 second'
      where h.id = $1::uuid and h.state = 'CLOSING'`,
    [id],
  )
}

/**
 * No money can come any more: the hold ends as EXPIRED, or as RELEASED when its customer had asked. Its order is
 * CANCELLED with it.
 * @returns whether this call ended it; false also while a payment of it is open
 */
export async function finishClosing(tx: PoolClient, id: string): Promise<boolean> {
  const { rows } = await tx.query(
    `select e.ended_id
       from inv.hold h
      cross join lateral inv.end_holds(array[h.id], '{CLOSING}', h.ends_as, false, null) e
      where h.id = $1::uuid
        and h.state = 'CLOSING'
        and not exists (select from inv.orders o join inv.payment p on p.order_id = o.id
                         where o.hold_id = h.id and p.state in ('CREATED', 'PENDING', 'UNKNOWN'))`,
    [id],
  )
  return rows.length > 0
}
