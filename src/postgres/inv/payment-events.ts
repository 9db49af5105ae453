/** Webhooks of payment providers, kept before they are acted on. A hint only: the provider is asked what is true. */
import type { Pool, PoolClient } from '../pool.ts'

/** `ref`: the provider's name of the payment. `body`: as it came, parsed. */
export type PaymentEvent = {
  readonly provider: string
  readonly event_id: string
  readonly type: string
  readonly ref: string
  readonly body: unknown
}

/** Keep an event. @returns false: it came before */
export async function recordPaymentEvent(db: Pool | PoolClient, event: PaymentEvent): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into inv.payment_event (provider, event_id, type, ref, body)
     values ($1::text, $2::text, $3::text, $4::text, $5::jsonb)
         on conflict (provider, event_id) do nothing`,
    [event.provider, event.event_id, event.type, event.ref, JSON.stringify(event.body)],
  )
  return (rowCount ?? 0) > 0
}

/** An event has been acted on. */
export async function markPaymentEventApplied(
  db: Pool | PoolClient,
  { provider, event_id }: Pick<PaymentEvent, 'provider' | 'event_id'>,
): Promise<void> {
  await db.query(
    'update inv.payment_event e set applied = true where e.provider = $1::text and e.event_id = $2::text',
    [provider, event_id],
  )
}

export type OpenPaymentEvent = Omit<PaymentEvent, 'body'>

/**
 * Events of payments of ours that nobody has acted on for `age_s`, oldest first: a process ended between keeping and
 * acting, or the name of the payment was not known yet.
 */
export async function readOpenPaymentEvents(
  db: Pool,
  { age_s, limit }: { readonly age_s: number; readonly limit: number },
): Promise<OpenPaymentEvent[]> {
  const { rows } = await db.query<OpenPaymentEvent>(
    `select e.provider, e.event_id, e.type, e.ref
       from inv.payment_event e
      where not e.applied and e.received_at < (select clock_timestamp() - $1::float8 * interval '1 second')
        and exists (select from inv.payment p where p.provider_ref = e.ref)
      order by e.received_at limit $2::integer`,
    [age_s, limit],
  )
  return rows
}

/** Events of payments that are not ours, for every payment of ours has its name by this age, are done with. */
export async function dropForeignPaymentEvents(db: Pool, age_s: number): Promise<void> {
  await db.query(
    `update inv.payment_event e set applied = true
      where not e.applied and e.received_at < (select clock_timestamp() - $1::float8 * interval '1 second')
        and not exists (select from inv.payment p where p.provider_ref = e.ref)`,
    [age_s],
  )
}

/** The clock that decides whether a webhook is too old, Unix seconds. */
export async function readClock(db: Pool | PoolClient): Promise<number> {
  const { rows } = await db.query<{ now_s: number }>(
    'select extract(epoch from clock_timestamp())::float8 as now_s',
  )
  return rows[0]?.now_s ?? 0
}
