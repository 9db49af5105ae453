/** The gate of a test in front of a real Postgres: its stock, its holds, its epochs. */
import { randomUUID } from 'node:crypto'
import { Coalescer } from '../../src/orders/coalescer.ts'
import { gateInPostgres } from '../../src/orders/gate-in-postgres.ts'
import type { Line } from '../../src/orders/types.ts'
import { releaseHolds } from '../../src/postgres/inv/holds.ts'
import { type CartToReserve, type Reserved, reserveCarts } from '../../src/postgres/inv/reserve.ts'
import { inTransaction } from '../../src/postgres/pool.ts'
import type { TestDatabase } from './database.ts'
import { openGate, type TestGate } from './gate-fixture.ts'
import type { SaleTruth } from './gate-sale.ts'

/** Items with a price, and units of them at location 1. */
export async function stockUp(
  { pool }: TestDatabase,
  units: Readonly<Record<string, number>>,
): Promise<void> {
  const skus = Object.keys(units)
  await pool.query(
    `with sale as (
       insert into categories (slug, name) values ('sale', 'Sale')
         on conflict on constraint categories_slug_unique do update set name = excluded.name returning category_id)
     insert into items (sku, name, category_id, price_minor, currency)
     select u.sku, u.sku, sale.category_id, 100, 'EUR' from sale, unnest($1::text[]) as u (sku)`,
    [skus],
  )
  await pool.query(
    `select from inv.receive($1::text[], array_fill(1::smallint, array[$2::integer]), $3::integer[], 'test', null)`,
    [skus, skus.length, Object.values(units)],
  )
}

export function openGateOf(database: TestDatabase): Promise<TestGate> {
  const { pool, redisUrl, namespace } = database
  return openGate({
    servers: { urls: [redisUrl], isCluster: false },
    prefix: `${namespace}:`,
    ...gateInPostgres(pool),
  })
}

export function cartToReserve(id: string, lines: readonly Line[]): CartToReserve {
  return {
    id,
    customer: 'someone',
    req_hash: new Uint8Array(32),
    kind: 'cart',
    allow_partial: false,
    ttl_s: 600,
    region: [],
    lines: lines.map((line) => ({ ...line, expected_price_minor: null })),
  }
}

/** Holds in batches, released a few at a time; what is to be told is read from the outbox. */
export function truthIn({ pool }: TestDatabase): SaleTruth {
  const held: string[] = []
  const told = new Set<string>()
  const line = new Coalescer<CartToReserve, Reserved>({
    runBatch: (carts) => inTransaction(pool, (tx) => reserveCarts(tx, carts)),
    clock: () => performance.now(),
    setTimer: (run, ms) => {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
  })
  return {
    newId: randomUUID,
    reserve: async (id, lines) => {
      const answer = await line.submit(cartToReserve(id, lines))
      if (answer.outcome !== 'decided') throw new Error('a line that is never full was')
      if (answer.result.outcome !== 'OK') return null
      held.push(id)
      return answer.result.lines
    },
    endSome: async () => {
      const ids = held.splice(0, Math.max(0, held.length - 40)).slice(0, 8)
      if (ids.length === 0) return []
      await inTransaction(pool, (tx) => releaseHolds(tx, ids, { customer: null, actor: 'test' }))
      const { rows } = await pool.query<{ id: string; sku: string; ver: number; units: number }>(
        `select id, key as sku, ver::float8 as ver, (payload ->> 'd')::integer as units
           from outbox where topic = 'stock' and payload ->> 'via' = 'delta' and payload ->> 'd' <> '0'`,
      )
      const news = rows.filter((row) => !told.has(row.id))
      for (const row of news) told.add(row.id)
      return news.map(({ sku, ver, units }) => ({ sku, ver, units, queue: null }))
    },
  }
}
