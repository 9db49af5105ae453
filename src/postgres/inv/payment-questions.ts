/**
 * What the provider has been asked and has answered so far. None of it moves units or money: that is `payments.ts`.
 */
import type { Pool, PoolClient } from '../pool.ts'
import { PAYMENT_COLUMNS, type PaymentRow } from './payment-rows.ts'

/** `redirect_url` null: there is none, or it is known. `ask_after_s`: until the provider is asked again. */
export type PendingPayment = {
  readonly id: string
  readonly provider_ref: string
  readonly redirect_url: string | null
  readonly ask_after_s: number
}

/** The provider has the payment. @returns false: it has an end already */
export async function recordPending(tx: Pool | PoolClient, payment: PendingPayment): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update inv.payment p
        set state = 'PENDING', provider_ref = $2::text, redirect_url = coalesce($3::text, p.redirect_url), tries = 0,
            due_at = clock_timestamp() + $4::integer * interval '1 second'
      where p.id = $1::uuid and p.state in ('CREATED', 'PENDING', 'UNKNOWN')`,
    [payment.id, payment.provider_ref, payment.redirect_url, payment.ask_after_s],
  )
  return (rowCount ?? 0) > 0
}

/** The first answer to a pay call stays. @returns it, or the one before */
export async function recordPayAnswer(db: Pool | PoolClient, id: string, answer: string): Promise<string> {
  const { rows } = await db.query<{ answer: string }>(
    `update inv.payment p set answer = coalesce(p.answer, $2::text) where p.id = $1::uuid returning p.answer`,
    [id, answer],
  )
  return rows[0]?.answer ?? answer
}

/** An end without money stays in doubt for so many more looks: 1, 4, 16, 64 and 256 times the first pause. */
const LOOKS = 5

/**
 * A payment has ended without money, now or before: it is looked at again a few times.
 * @param first_s until the first look, s
 */
export async function recordLooked(tx: Pool | PoolClient, id: string, first_s: number): Promise<void> {
  await tx.query(
    `update inv.payment p
        set tries = p.tries + 1,
            due_at = case when p.tries < $3::integer and p.provider_ref is not null
                          then clock_timestamp() + power(4, p.tries) * $2::float8 * interval '1 second' end
      where p.id = $1::uuid and p.state in ('DECLINED', 'CANCELLED')`,
    [id, first_s, LOOKS],
  )
}

/** The provider gave no answer: asked again after 1 s, 2 s, 4 s, at most 60 s. */
export async function recordNoAnswer(tx: Pool | PoolClient, id: string): Promise<void> {
  await tx.query(
    `update inv.payment p
        set state = 'UNKNOWN', tries = p.tries + 1,
            due_at = clock_timestamp() + least(60, power(2, least(p.tries, 6))) * interval '1 second'
      where p.id = $1::uuid and p.state in ('CREATED', 'PENDING', 'UNKNOWN')`,
    [id],
  )
}

/** Take payments whose provider has to be asked, for `lease_s`. */
export async function claimDuePayments(
  tx: Pool | PoolClient,
  claim: { readonly limit: number; readonly lease_s: number },
): Promise<PaymentRow[]> {
  const { rows } = await tx.query<PaymentRow>(
    `with due as (
       select d.id from inv.payment d
        where d.due_at <= (select clock_timestamp()) order by d.due_at limit $1::integer for update skip locked
     ), p as (
       update inv.payment u set due_at = clock_timestamp() + $2::integer * interval '1 second'
         from due where u.id = due.id returning u.*
     )
     select ${PAYMENT_COLUMNS} from p join inv.orders o on o.id = p.order_id`,
    [claim.limit, claim.lease_s],
  )
  return rows
}
