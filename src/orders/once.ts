/**
 * An effect that a key has once (I6): the key is claimed, the effect had and the answer recorded in one transaction. A
 * twin waits for that transaction and gets the same answer, byte for byte. What is refused has no effect, so nothing is
 * recorded: a repeated call is decided anew.
 */
import { createHash } from 'node:crypto'
import { claimKey, recordAnswer } from '../postgres/inv/idempotency.ts'
import { inTransaction, type Pool, type PoolClient } from '../postgres/pool.ts'

export type KeyedCall = {
  /** Idempotency key; null: this call has no twin. */
  readonly key: string | null
  /** Subject of the token: nobody meets another's keys. */
  readonly customer: string
  /** What is asked for, such as cancel. */
  readonly what: string
  /** Everything that makes two calls the same. */
  readonly request: unknown
}

/** `body`: JSON of the answer, as it was given the first time. */
export type Once<Refusal> =
  | { readonly outcome: 'done'; readonly body: string; readonly isReplay: boolean }
  /** The key belongs to another request. */
  | { readonly outcome: 'reused' }
  /** A twin has been at it for longer than anybody waits. */
  | { readonly outcome: 'in_progress' }
  | Refusal

/** An effect with its answer, or why there is none. */
export type Effect<Refusal> = { readonly answer: unknown } | { readonly refusal: Refusal }

/** Thrown to roll back: whatever was done until then is not. */
class Refused<T> extends Error {
  readonly outcome: T
  constructor(outcome: T) {
    super('nothing was changed')
    this.outcome = outcome
  }
}

/** Of the answers that are recorded: which status a reply has, http knows. */
const DONE = 200

/** @param work has the effect in the transaction given */
export async function once<Refusal>(
  pool: Pool,
  call: KeyedCall,
  work: (tx: PoolClient) => Promise<Effect<Refusal>>,
): Promise<Once<Refusal>> {
  const key = call.key === null ? null : requestKey(call, call.key)
  try {
    return await inTransaction(pool, async (tx) => {
      if (key) {
        const claim = await claimKey(tx, key)
        if (claim.outcome === 'REPLAY') return { outcome: 'done', body: claim.body, isReplay: true }
        if (claim.outcome === 'MISMATCH') throw new Refused({ outcome: 'reused' as const })
        if (claim.outcome === 'IN_PROGRESS') throw new Refused({ outcome: 'in_progress' as const })
      }
      const effect = await work(tx)
      if ('refusal' in effect) throw new Refused(effect.refusal)
      const body = JSON.stringify(effect.answer)
      if (key) await recordAnswer(tx, key, { status: DONE, body })
      return { outcome: 'done', body, isReplay: false }
    })
  } catch (thrown) {
    if (thrown instanceof Refused) return thrown.outcome as Once<Refusal>
    throw thrown
  }
}

function requestKey({ what, customer, request }: KeyedCall, key: string) {
  const req_hash = createHash('sha256')
    .update(JSON.stringify([what, customer, request]))
    .digest()
  return { scope: `${what}:${customer}`, key, req_hash }
}
