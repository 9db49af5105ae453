/**
 * Payments: the row is committed before the provider is called, the provider's word is written after, and money that
 * came is never forgotten. Hold, order and payment change together; the lock of the hold puts every message about
 * one order in line. States: `src/orders/payment-state.ts`.
 */
import type { PoolClient } from '../pool.ts'
import { PAYMENT_COLUMNS, type PaymentRow } from './payment-rows.ts'

/** `payment_id`: the key of the pay call; of the first one it is the id of the order too. */
export type PaymentToBegin = {
  readonly hold_id: string
  readonly customer: string
  readonly payment_id: string
  readonly provider: string
  /** Where the browser goes after paying, and what the simulated provider is to do; null: nothing said. */
  readonly return_url: string | null
  readonly scenario: string | null
  /** Seconds until an unpaid hold starts to close. */
  readonly deadline_s: number
  /** Seconds until the provider is asked when nothing was heard of it. */
  readonly ask_after_s: number
}

/**
 * ACTIVE hold to PAYING, with its order (made by the first attempt) and a payment that is CREATED.
 * @returns the payment, or null: not this customer's, not ACTIVE, or its time is over
 * @throws pg error 23505 (unique_violation) when there is a payment or an order of this id
 */
export async function beginPayment(tx: PoolClient, begin: PaymentToBegin): Promise<PaymentRow | null> {
  const { rows } = await tx.query<PaymentRow>(BEGIN, [
    begin.hold_id,
    begin.customer,
    begin.payment_id,
    begin.provider,
    begin.deadline_s,
    begin.ask_after_s,
    begin.return_url,
    begin.scenario,
  ])
  return rows[0] ?? null
}

/**
 * CONFIRMED: hold and order are done. LATE: the hold had ended; the order is due and gets its units anew or its
 * money back. WRONG_AMOUNT, SURPLUS (a second payment, or one that was declined before): nothing was confirmed, the
 * caller asks for the refund of all of it in the same transaction. ALREADY: told before.
 */
export type PaymentTaken = 'CONFIRMED' | 'LATE' | 'WRONG_AMOUNT' | 'SURPLUS' | 'ALREADY' | 'UNKNOWN_PAYMENT'

/** What the provider says that came: minor units of a currency (ISO 4217). */
export type Money = { readonly amount_minor: number | bigint; readonly currency: string }

/** The provider says that this money came. */
export async function takePayment(
  tx: PoolClient,
  id: string,
  { amount_minor, currency }: Money,
): Promise<PaymentTaken> {
  const { rows } = await tx.query<{ outcome: PaymentTaken }>(
    'select inv.take_payment($1::uuid, $2::bigint, $3::text) as outcome',
    [id, String(amount_minor), currency],
  )
  return rows[0]?.outcome ?? 'UNKNOWN_PAYMENT'
}

/** What the hold of a payment that will bring no money is now; null: this was said before. */
export type PaymentEnded = { readonly hold_id: string; readonly hold_state: string }

/**
 * The provider says that this money will not come. A PAYING hold becomes ACTIVE for another attempt while there are
 * attempts and time, else CLOSING; one that is CLOSING stays so until `finishClosing`.
 * @param rules `attempts` at most, `grace_s` at least until the hold is over
 */
export async function endPayment(
  tx: PoolClient,
  payment: { readonly id: string; readonly state: 'DECLINED' | 'CANCELLED' },
  rules: { readonly attempts: number; readonly grace_s: number },
): Promise<PaymentEnded | null> {
  // the hold first: the lock order of the order path
  const found = await tx.query<{ id: string }>(
    `select h.id from inv.hold h
      where h.id = (select o.hold_id from inv.payment p join inv.orders o on o.id = p.order_id where p.id = $1::uuid)
        for update`,
    [payment.id],
  )
  const holdId = found.rows[0]?.id
  if (holdId === undefined) return null
  const ended = await tx.query<{ attempt: number }>(
    `update inv.payment p set state = $2::text, tries = 0, due_at = null
      where p.id = $1::uuid and p.state in ('CREATED', 'PENDING', 'UNKNOWN')
      returning p.attempt`,
    [payment.id, payment.state],
  )
  const [row] = ended.rows
  if (!row) return null
  const { rows } = await tx.query<PaymentEnded>(AFTER_NO_MONEY, [
    holdId,
    row.attempt,
    rules.attempts,
    rules.grace_s,
  ])
  return rows[0] ?? null
}

const BEGIN = `with paying as (
       update inv.hold h
          set state = 'PAYING', attempt = h.attempt + 1, due_at = clock_timestamp() + $5::integer * interval '1 second'
        where h.id = $1::uuid and h.customer = $2::text and h.state = 'ACTIVE' and h.expires_at > clock_timestamp()
       returning h.id, h.customer, h.attempt, h.currency, h.total_minor
     ), made as (
       insert into inv.orders (id, hold_id, customer, state, currency, total_minor)
       select $3::uuid, h.id, h.customer, 'PENDING_PAYMENT', h.currency, h.total_minor from paying h
           on conflict (hold_id) do nothing
       returning id, hold_id, customer, state, currency
     ), lines as (
       insert into inv.order_line (order_id, sku, loc, qty, unit_price_minor, limit_bucket)
       select m.id, l.sku, l.loc, l.qty, l.unit_price_minor, l.limit_bucket
         from made m join inv.hold_line l on l.hold_id = m.hold_id
     ), o as (
       select id, hold_id, customer, state, currency from made
       union all
       select e.id, e.hold_id, e.customer, e.state, e.currency from inv.orders e join paying h on h.id = e.hold_id
     ), p as (
       insert into inv.payment
         (id, order_id, hold_id, attempt, provider, amount_minor, state, due_at, return_url, scenario)
       select $3::uuid, o.id, h.id, h.attempt, $4::text, h.total_minor, 'CREATED',
              clock_timestamp() + $6::integer * interval '1 second', $7::text, $8::text
         from o, paying h
       returning *
     ), told as (
       select inv.tell('hold', 'hold.paying', array(select h.id from paying h)),
              inv.tell('order', 'order.created', array(select m.id from made m))
     )
     select ${PAYMENT_COLUMNS} from p join o on o.id = p.order_id, told`

/** $1 hold, $2 attempt that ended, $3 attempts at most, $4 seconds at least. */
const AFTER_NO_MONEY = `with t as (select clock_timestamp() as now), changed as (
       update inv.hold h
          set state = case when v.again then 'ACTIVE' else 'CLOSING' end::inv.hold_state,
              expires_at = case when v.again then v.until else h.expires_at end,
              due_at = case when v.again then v.until else t.now end,
              ends_as = case when v.again then null else 'EXPIRED' end::inv.hold_state,
              close_tries = 0
         from t, lateral (
                select least(k.max_expires_at, greatest(k.expires_at, t.now + $4::integer * interval '1 second')) as until,
                       k.attempt < $3::integer and t.now < k.max_expires_at as again
                  from inv.hold k where k.id = $1::uuid) v
        where h.id = $1::uuid and h.state = 'PAYING' and h.attempt = $2::integer
       returning h.id, h.state
     ), told as (
       select inv.tell('hold', case when c.state = 'ACTIVE' then 'hold.declined' else 'hold.closing' end, array[c.id])
         from changed c
     )
     select h.id as hold_id, coalesce(c.state, h.state) as hold_state
       from inv.hold h left join changed c on c.id = h.id left join told on true
      where h.id = $1::uuid`
