/**
 * How shops usually take stock, as the floor of ours: a transaction for each cart, on tables of its own without ledger,
 * events, limits or repetition by key, so with less to write than ours. Rows are taken in the order of their SKUs, which
 * is the best that can be done: in any other order carts deadlock.
 */
import { randomUUID } from 'node:crypto'
import { inTransaction, type Pool, type PoolClient } from '../src/postgres/pool.ts'

/** Take one unit of each. @throws Error when there is none left */
export type TakePlainly = (tx: PoolClient, skus: readonly string[]) => Promise<void>

export async function makePlainStock(pool: Pool, skus: readonly string[], units: number): Promise<void> {
  await pool.query('create schema plain')
  await pool.query(
    'create table plain.stock (sku text primary key, on_hand integer not null, held integer not null) with (fillfactor = 50)',
  )
  await pool.query(
    'create table plain.hold (id uuid primary key, skus text[] not null, expires_at timestamptz not null)',
  )
  await pool.query(
    'insert into plain.stock select u.sku, $2::integer, 0 from unnest($1::text[]) as u (sku)',
    [skus, units],
  )
}

/** Lock the rows, look, then write. */
export const takeByLock: TakePlainly = async (tx, skus) => {
  const { rows } = await tx.query<{ free: number }>(
    'select on_hand - held as free from plain.stock where sku = any($1::text[]) order by sku for update',
    [skus],
  )
  if (rows.length !== skus.length || rows.some(({ free }) => free < 1)) throw new Error('no unit is left')
  await tx.query('update plain.stock set held = held + 1 where sku = any($1::text[])', [skus])
  await insertHold(tx, skus)
}

/** A guarded update for each line. */
export const takeByUpdates: TakePlainly = async (tx, skus) => {
  for (const sku of skus) {
    const { rowCount } = await tx.query(
      'update plain.stock set held = held + 1 where sku = $1::text and on_hand - held >= 1',
      [sku],
    )
    if (rowCount !== 1) throw new Error('no unit is left')
  }
  await insertHold(tx, skus)
}

async function insertHold(tx: PoolClient, skus: readonly string[]): Promise<void> {
  await tx.query(
    `insert into plain.hold values ($1::uuid, $2::text[], clock_timestamp() + interval '10 minutes')`,
    [randomUUID(), skus],
  )
}

/** @returns carts per second of all clients together */
export async function plainRate(
  pool: Pool,
  take: TakePlainly,
  cart: () => readonly string[],
  { clients, seconds }: { readonly clients: number; readonly seconds: number },
): Promise<number> {
  const startedAt = performance.now()
  let carts = 0
  const client = async () => {
    while (performance.now() < startedAt + seconds * 1_000) {
      const skus = [...cart()].sort()
      await inTransaction(pool, (tx) => take(tx, skus))
      carts += 1
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  return (carts * 1_000) / (performance.now() - startedAt)
}
