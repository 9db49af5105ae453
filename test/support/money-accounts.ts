/**
 * Money against goods, and our money against the provider's books: no order without payment, no payment without an
 * order or a refund, to the last unit.
 */
import type { Pool } from '../../src/postgres/pool.ts'
import type { TestProvider } from './payment-provider.ts'

/** @returns payments, refunds and orders that the worker has still to act on; 0 at rest */
export async function openMoney(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `select ((select count(*) from inv.payment where state in ('CREATED', 'PENDING', 'UNKNOWN'))
           + (select count(*) from inv.refund where state <> 'DONE')
           + (select count(*) from inv.orders where due_at is not null)
           + (select count(*) from inv.hold where state in ('PAYING', 'CLOSING')))::integer as n`,
  )
  return rows[0]?.n ?? 0
}

/**
 * To be asked at rest.
 * @returns in words what does not agree; empty: goods and money do
 */
export async function moneyFaults(pool: Pool, provider: TestProvider): Promise<string[]> {
  const { rows: orders } = await pool.query<{ id: string; state: string; kept: string; worth: string }>(
    `select o.id, o.state, (o.paid_minor - o.refunded_minor)::text as kept, w.worth::text
       from inv.orders o, lateral (
              select coalesce(sum((l.qty - l.cancelled - l.returned) * l.unit_price_minor)
                       filter (where l.ver_at_confirm is not null), 0) as worth
                from inv.order_line l where l.order_id = o.id) w
      where o.paid_minor - o.refunded_minor <> w.worth limit 20`,
  )
  const { rows: sums } = await pool.query<{ paid: string; refunded: string }>(
    `select (select coalesce(sum(paid_minor), 0) from inv.payment)::text as paid,
            (select coalesce(sum(amount_minor), 0) from inv.refund where state = 'DONE')::text as refunded`,
  )
  const { totals } = await provider.books()
  const theirs = totals['EUR'] ?? { paid_minor: '0', refunded_minor: '0' }
  const [ours] = sums
  return [
    ...orders.map(({ id, state, kept, worth }) => `order ${id} ${state}: goods of ${worth} for ${kept}`),
    ...(ours?.paid === theirs.paid_minor ? [] : [`paid: ${ours?.paid} here, ${theirs.paid_minor} there`]),
    ...(ours?.refunded === theirs.refunded_minor
      ? []
      : [`refunded: ${ours?.refunded} here, ${theirs.refunded_minor} there`]),
  ]
}
