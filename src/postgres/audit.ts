/** What people of the shop have done, and why. Written in the transaction of the effect; nobody can change it. */
import type { Pool, PoolClient } from './pool.ts'

/** `target`: a SKU, the id of a hold, order or return. `request_id` as in the log, or null. */
export type ActionToRecord = {
  readonly actor: string
  readonly action: string
  readonly target: string
  readonly reason: string
  readonly request_id: string | null
}

/** `id`: bigint as text. */
export type ActionRow = ActionToRecord & { readonly id: string; readonly at: Date }

/** @throws pg error 23514 without actor or reason */
export async function recordAction(tx: PoolClient | Pool, done: ActionToRecord): Promise<void> {
  await tx.query(
    `insert into auth.audit (actor, action, target, reason, request_id)
     values ($1::text, $2::text, $3::text, trim($4::text), $5::text)`,
    [done.actor, done.action, done.target, done.reason, done.request_id],
  )
}

/** `target` null: any. `before`: id of the last row seen, or null. */
export type ActionPage = {
  readonly target: string | null
  readonly before: string | null
  readonly limit: number
}

/** Page of what was done, youngest first. */
export async function listActions(db: Pool, page: ActionPage): Promise<ActionRow[]> {
  const { rows } = await db.query<ActionRow>(
    `select a.id, a.actor, a.action, a.target, a.reason, a.request_id, a.at
       from auth.audit a
      where ($1::text is null or a.target = $1::text) and ($2::bigint is null or a.id < $2::bigint)
      order by a.id desc limit $3::integer`,
    [page.target, page.before, page.limit],
  )
  return rows
}
