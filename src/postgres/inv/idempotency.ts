/**
 * Recorded answers of requests with a key (I6). The row is made in the transaction of the effect, so there is never
 * an effect without its answer; a twin waits for that transaction and then gives the same answer, byte for byte.
 * Holds need none of this: the hold row is their record.
 */
import pg from 'pg'
import type { Pool, PoolClient } from '../pool.ts'

/** `scope`: route and customer, so that nobody meets another's keys. */
export type RequestKey = { readonly scope: string; readonly key: string; readonly req_hash: Uint8Array }

/**
 * CLAIMED: go on, and record the answer in the same transaction. REPLAY: it was done. MISMATCH: the key belongs to
 * another request. IN_PROGRESS: a twin is at it; the transaction is aborted, roll back.
 */
export type KeyClaim =
  | { readonly outcome: 'CLAIMED' | 'MISMATCH' | 'IN_PROGRESS' }
  | { readonly outcome: 'REPLAY'; readonly status: number; readonly body: string }

const LOCK_NOT_AVAILABLE = '55P03'

/** Claim a key. Waits for a twin at most lock_timeout, 2 s. */
export async function claimKey(tx: PoolClient, { scope, key, req_hash }: RequestKey): Promise<KeyClaim> {
  const hash = Buffer.from(req_hash)
  try {
    const { rowCount } = await tx.query(
      `insert into inv.idempotency (scope, key, req_hash) values ($1::text, $2::text, $3::bytea)
           on conflict (scope, key) do nothing`,
      [scope, key, hash],
    )
    if (rowCount === 1) return { outcome: 'CLAIMED' }
  } catch (thrown) {
    if (thrown instanceof pg.DatabaseError && thrown.code === LOCK_NOT_AVAILABLE)
      return { outcome: 'IN_PROGRESS' }
    throw thrown
  }
  const { rows } = await tx.query<{ is_same: boolean; status: number | null; body: string | null }>(
    `select i.req_hash = $3::bytea as is_same, i.status, i.body
       from inv.idempotency i where i.scope = $1::text and i.key = $2::text`,
    [scope, key, hash],
  )
  const [row] = rows
  if (row && !row.is_same) return { outcome: 'MISMATCH' }
  if (!row || row.status === null || row.body === null) return { outcome: 'IN_PROGRESS' }
  return { outcome: 'REPLAY', status: row.status, body: row.body }
}

/** Record the answer of a claimed key. @throws Error when the key was not claimed in this transaction */
export async function recordAnswer(
  tx: PoolClient,
  { scope, key }: Omit<RequestKey, 'req_hash'>,
  answer: { readonly status: number; readonly body: string },
): Promise<void> {
  const { rowCount } = await tx.query(
    `update inv.idempotency i set status = $3::smallint, body = $4::text
      where i.scope = $1::text and i.key = $2::text and i.status is null`,
    [scope, key, answer.status, answer.body],
  )
  if (rowCount !== 1) throw new Error(`answer to record: key ${key} is not claimed`)
}

/** What was recorded for a key, without claiming it. @returns null: nothing */
export async function readAnswer(pool: Pool, request: RequestKey): Promise<KeyClaim | null> {
  const { rows } = await pool.query<{ is_same: boolean; status: number; body: string }>(
    `select i.req_hash = $3::bytea as is_same, i.status, i.body
       from inv.idempotency i where i.scope = $1::text and i.key = $2::text`,
    [request.scope, request.key, Buffer.from(request.req_hash)],
  )
  const [row] = rows
  if (!row) return null
  return row.is_same ? { outcome: 'REPLAY', status: row.status, body: row.body } : { outcome: 'MISMATCH' }
}
