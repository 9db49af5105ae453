/**
 * One batch of carts decided by Postgres. It is one statement and commits by itself: a transaction that waits for a busy
 * process between its statement and its COMMIT would keep the hottest rows of the shop locked for that long.
 *
 * When no answer comes nobody knows whether it committed. The same carts are sent once more: ids that are there are KNOWN
 * then, and an unfinished twin is waited for, because both want to insert the same ids. If that fails too, all that can
 * be said is "ask again with the same key".
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type CartToReserve, type Reserved, reserveCarts } from '../postgres/inv/reserve.ts'
import type { Pool, PoolClient } from '../postgres/pool.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { FaultPoints } from './fault-point.ts'
import { isPassing } from './postgres-faults.ts'
import { OrderingUnavailable } from './unavailable.ts'

/** FAILED: the statement refuses this cart itself; nothing is held. */
export type Decided = Reserved | { readonly outcome: 'FAILED'; readonly cause: unknown }

export type ReserveBatchParts = {
  readonly pool: Pool
  readonly faults: FaultPoints
  readonly metrics: Pick<Metrics, 'observe'>
  /** Monotonic ms. */
  readonly clock: () => number
  /** Told of the time of Postgres at each batch. */
  readonly onTime: (at: Date) => void
}

const TRIES = 2
/** A restarting server or a lost lock race is over after a moment, or not soon. */
const PAUSE_MS = 20

/** @returns what the coalescer runs; it throws OrderingUnavailable */
export function createReserveBatch(parts: ReserveBatchParts) {
  const decide = async (carts: readonly CartToReserve[]): Promise<readonly Decided[]> => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await reserveOnce(parts, carts)
      } catch (thrown) {
        if (!isPassing(thrown)) return await apart(carts, thrown)
        if (tried >= TRIES) throw new OrderingUnavailable(thrown)
        await pause(PAUSE_MS)
      }
    }
  }
  /** One cart that cannot be asked for must not take the others down with it. */
  const apart = async (carts: readonly CartToReserve[], cause: unknown): Promise<readonly Decided[]> => {
    if (carts.length === 1) return [{ outcome: 'FAILED', cause }]
    const decided: Decided[] = []
    for (const cart of carts) decided.push(...(await decide([cart])))
    return decided
  }
  return decide
}

async function reserveOnce(
  { pool, faults, metrics, clock, onTime }: ReserveBatchParts,
  carts: readonly CartToReserve[],
): Promise<readonly Reserved[]> {
  await faults.at('hold.before_begin')
  const began = clock()
  const client = await pool.connect()
  try {
    const answer = reserveCarts(client, carts)
    answer.catch(() => undefined) // the fault may come first
    await faults.at('hold.before_commit')
    const reserved = await answer
    client.release()
    metrics.observe('hold_batch_carts', carts.length)
    metrics.observe('hold_batch_seconds', (clock() - began) / 1_000)
    const held = reserved.find((one) => one.outcome === 'OK')
    if (held) onTime(held.created_at)
    await faults.at('hold.after_commit')
    return reserved
  } catch (thrown) {
    release(client, thrown)
    throw thrown
  }
}

/** A connection on which something failed is not given back. */
function release(client: PoolClient, thrown: unknown): void {
  try {
    client.release(thrown instanceof Error ? thrown : true)
  } catch {
    // it was released before the fault
  }
}
