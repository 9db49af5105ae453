/**
 * Every write of administration goes through here: once for its key, with who and why in the audit, all in the
 * transaction of its effect. What is refused leaves no trace.
 */
import { type Effect, type Once, once } from '../orders/once.ts'
import { orUnavailable } from '../orders/unavailable.ts'
import { recordAction } from '../postgres/audit.ts'
import type { PromiseInTheWay } from '../postgres/inv/stock.ts'
import type { Pool, PoolClient } from '../postgres/pool.ts'

/** Who does it, and why. */
export type Acting = {
  /** Subject of the token. */
  readonly actor: string
  /** For people; not empty. */
  readonly reason: string
  /** Idempotency key, UUIDv7 text; null: this call has no twin. */
  readonly key: string | null
  /** As in the log. */
  readonly request_id: string
}

/** Why something is left as it is. */
export type Obstacle =
  | 'ADJUST_BELOW_PROMISED' // the shelf would have fewer units than are promised
  | 'TRANSFER_BELOW_PROMISED' // not so many units without a promise are there
  | 'IN_PROGRESS' // it is being changed or paid for; try again
  | 'ALREADY_PAID' // the hold has become an order
  | 'NOT_OPEN' // not so many units of a line are left to send
  | 'NOT_ASKED' // more came back than the return says
  | 'WRONG_STATE' // what is asked for is possible in another state

export type Refusal =
  /** `what` in words, such as "hold". */
  | { readonly outcome: 'unknown'; readonly what: string }
  | {
      readonly outcome: 'not_possible'
      readonly reason: Obstacle
      /** Holds and orders in the way. */
      readonly promises?: readonly PromiseInTheWay[]
    }

/** `done`: the answer, the same one for the same key. */
export type Change<Answer> =
  | { readonly outcome: 'done'; readonly answer: Answer; readonly isReplay: boolean }
  | Exclude<Once<Refusal>, { readonly outcome: 'done' }>

/** `what`: such as stock.adjust. `target`: a SKU, the id of a hold, order or return. `request`: all that decides the outcome. */
export type Action = { readonly what: string; readonly target: string; readonly request: unknown }

/** @throws OrderingUnavailable when Postgres does not answer */
export async function act<Answer>(
  pool: Pool,
  { actor, reason, key, request_id }: Acting,
  { what, target, request }: Action,
  work: (tx: PoolClient) => Promise<Effect<Refusal>>,
): Promise<Change<Answer>> {
  const call = { key, customer: actor, what, request: [target, reason, request] }
  const done = await orUnavailable(() =>
    once(pool, call, async (tx) => {
      const effect = await work(tx)
      if ('answer' in effect) await recordAction(tx, { actor, action: what, target, reason, request_id })
      return effect
    }),
  )
  if (done.outcome !== 'done') return done
  return { outcome: 'done', answer: JSON.parse(done.body) as Answer, isReplay: done.isReplay }
}

export function unknown(what: string): { readonly refusal: Refusal } {
  return { refusal: { outcome: 'unknown', what } }
}

export function notPossible(reason: Obstacle): { readonly refusal: Refusal } {
  return { refusal: { outcome: 'not_possible', reason } }
}
