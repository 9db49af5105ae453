/** A shop in which people pay: the simulated provider, an api and a worker as real processes over one database. */
import { afterAll, beforeAll, expect } from 'vitest'
import { verifyInventory } from '../../src/postgres/inv/verify.ts'
import type { Pool } from '../../src/postgres/pool.ts'
import { runAisle } from './aisle-command.ts'
import { type Buyer, buyer } from './buyer.ts'
import { type TestDatabase, useDatabase } from './database.ts'
import { PROVIDER_SECRET, startProvider, type TestProvider } from './payment-provider.ts'
import { type RunningProcess, startProcess } from './processes.ts'
import { stockShop } from './stocked-shop.ts'
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts'
import { waitFor } from './wait-for.ts'

export const WEBHOOKS = '/v1/webhooks/payments/sim'
/** Quick to give up, to ask again, to look, and to take over from the dead. */
export const IMPATIENT = {
  AISLE_PAYMENT_TIMEOUT_MS: '500',
  AISLE_PAYMENT_ASK_S: '1',
  AISLE_SWEEP_MS: '200',
  AISLE_LEASE_MS: '2000',
}

export type PayingShop = {
  readonly database: TestDatabase
  readonly pool: Pool
  /** Environment of a process of this shop. */
  readonly env: Readonly<Record<string, string>>
  readonly provider: TestProvider
  /** The ways of the api and of the worker to the provider. */
  readonly lines: { readonly api: TcpProxy; readonly worker: TcpProxy }
  readonly api: RunningProcess
  readonly worker: RunningProcess
  /** Somebody new. */
  buyer(url?: string, subject?: string): Promise<Buyer>
  /** Goods of a sku, and somebody who holds some of them. */
  held(sku: string, units: number, qty: number): Promise<{ readonly me: Buyer; readonly id: string }>
  /** Every invariant holds, nothing is left to do, and our money is that of the provider. */
  rest(deadlineMs?: number): Promise<void>
}

/** Call at the top of a file; it is open in its tests. @param env what processes are told beside the usual */
export async function openPayingShop(
  name: string,
  env: Readonly<Record<string, string>> = IMPATIENT,
): Promise<PayingShop> {
  const database = await useDatabase(name)
  const { pool, namespace } = database
  const shop = { database, pool } as { -readonly [K in keyof PayingShop]: PayingShop[K] }
  beforeAll(async () => {
    shop.provider = await startProvider()
    const payment = { AISLE_PAYMENT_URL: shop.provider.url, AISLE_PAYMENT_SECRETS: PROVIDER_SECRET }
    shop.env = { ...database.env, ...payment, ...env }
    const [api, worker] = await Promise.all([
      startTcpProxy(shop.provider.url),
      startTcpProxy(shop.provider.url),
    ])
    shop.lines = { api, worker }
    ;[shop.api, shop.worker] = await Promise.all([
      startProcess('api', { ...shop.env, AISLE_PAYMENT_URL: api.url }),
      startProcess('worker', { ...shop.env, AISLE_PAYMENT_URL: worker.url }),
    ])
    await shop.provider.configure({ webhook_url: shop.api.url + WEBHOOKS })
  })
  afterAll(async () => {
    await waitFor('Redis counts what Postgres does (I12)', async () => {
      const { code, stdout } = await runAisle(shop.env, 'orders', 'reconcile', '--dry-run')
      if (code !== 0) throw new Error(stdout)
      return /^0 of [1-9]/m.test(stdout) // something was compared
    })
    await Promise.all([shop.api.stop(), shop.worker.stop()])
    await Promise.all([shop.lines.api.close(), shop.lines.worker.close()])
  })
  shop.buyer = (url = shop.api.url, subject) => buyer(url, namespace, subject)
  shop.held = async (sku, units, qty) => {
    await stockShop(pool, { [sku]: { units, price: 250 } })
    const me = await shop.buyer()
    const { body } = await me.hold([{ sku, qty }])
    return { me, id: body.hold_id ?? '' }
  }
  shop.rest = async (deadlineMs = 10_000) => {
    await waitFor(
      'nothing is left to do',
      async () => {
        expect(await workLeft(pool)).toEqual([])
        expect(await moneyOf(pool)).toEqual(await moneyOfProvider(shop.provider))
        return true
      },
      { deadlineMs, everyMs: 100 },
    )
    expect(await verifyInventory(pool)).toEqual([])
  }
  return shop
}

/** Refunds, late orders and holds that somebody has to act on. What waits for a shopper is not work. */
async function workLeft(pool: Pool) {
  const { rows } = await pool.query<{ what: string; id: string }>(
    `select 'refund ' || r.state as what, r.id from inv.refund r where r.state <> 'DONE'
      union all
     select 'order ' || o.state, o.id from inv.orders o where o.due_at is not null
      union all
     select 'hold ' || h.state, h.id from inv.hold h
      where h.state = 'CLOSING' or (h.state = 'PAYING' and h.due_at <= clock_timestamp())
      union all
     select 'payment ' || p.state, p.id from inv.payment p where p.state in ('CREATED', 'UNKNOWN')
      order by 1, 2 limit 10`,
  )
  return rows
}

type Money = {
  readonly paid: Readonly<Record<string, number>>
  readonly refunded: Readonly<Record<string, number>>
}

/** What came by each payment and went back by each refund, as we see it. */
async function moneyOf(pool: Pool): Promise<Money> {
  const paid = await pool.query<{ ref: string; minor: number }>(
    `select p.provider_ref as ref, p.paid_minor::float8 as minor from inv.payment p
      where p.state = 'SUCCEEDED' and p.paid_minor > 0`,
  )
  const refunded = await pool.query<{ ref: string; minor: number }>(
    `select r.id as ref, r.amount_minor::float8 as minor from inv.refund r where r.state = 'DONE'`,
  )
  return { paid: byRef(paid.rows), refunded: byRef(refunded.rows) }
}

async function moneyOfProvider(provider: TestProvider): Promise<Money> {
  const { payments, refunds } = await provider.books()
  const succeeded = payments.filter(({ state }) => state === 'succeeded')
  return {
    paid: byRef(succeeded.map(({ ref, amount_minor }) => ({ ref, minor: Number(amount_minor) }))),
    refunded: byRef(refunds.map(({ key, amount_minor }) => ({ ref: key, minor: Number(amount_minor) }))),
  }
}

const byRef = (rows: readonly { readonly ref: string; readonly minor: number }[]) =>
  Object.fromEntries(rows.map(({ ref, minor }) => [ref, minor]))
