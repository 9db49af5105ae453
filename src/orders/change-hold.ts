/**
 * Other lines for a hold: a new hold in the place of the first, all of it or nothing. It has an id of its own, the key of the
 * call, because what a hold once answered never changes. Prices that were held stay; the time that is left stays.
 *
 * Postgres alone decides, in one transaction: the units of the first hold count for the new one, which the gate cannot
 * know. It is told of both changes after the commit.
 */
import { createHash } from 'node:crypto'
import { inheritLongestTime, lockForChange } from '../postgres/inv/hold-changes.ts'
import { type HoldRow, type HoldStateText, readHolds, releaseHolds } from '../postgres/inv/holds.ts'
import { readLastChangesOfHolds } from '../postgres/inv/last-changes.ts'
import { type Reserved, reserveCarts } from '../postgres/inv/reserve.ts'
import { inTransaction, type Pool, type PoolClient } from '../postgres/pool.ts'
import type { StockChange } from './admission.ts'
import type { HoldOutcome } from './hold-answer.ts'
import { type HoldCall, type ReadyCart, readyCart } from './hold-call.ts'
import { fromReserved, fromRow } from './hold-conclusion.ts'
import type { Bundles } from './lines.ts'
import { type HoldObstacle, obstacleOf } from './own-holds.ts'
import { isPassing } from './postgres-faults.ts'

export type ChangeCall = Pick<HoldCall, 'key' | 'customer' | 'lines' | 'region'> & {
  /** Of the hold that is to be replaced. */
  readonly id: string
}

/** `held`: the new hold; the first one is RELEASED. In every other case it is as it was. */
export type ChangeOutcome =
  | HoldOutcome
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'not_possible'; readonly reason: HoldObstacle }

export type ChangeHold = (call: ChangeCall) => Promise<ChangeOutcome>

export type ChangeHoldParts = {
  readonly pool: Pool
  readonly bundles: { of(skus: readonly string[]): Promise<Bundles> }
  /** UUIDv7 text. */
  readonly newId: () => string
  /** Told of what both holds have done to the stock, after the commit. */
  readonly onChanges: (changes: readonly StockChange[]) => void
  readonly onError: (error: unknown) => void
}

/** Thrown to roll back: the first hold stays. */
class Stays extends Error {
  readonly outcome: ChangeOutcome
  constructor(outcome: ChangeOutcome) {
    super('the hold stays as it is')
    this.outcome = outcome
  }
}

export function createChangeHold(parts: ChangeHoldParts): ChangeHold {
  const { pool, onError } = parts
  return async function changeHold(call) {
    try {
      const bundles = await parts.bundles.of([...new Set(call.lines.map((line) => line.sku))])
      const ready = readyCart({ ...call, allow_partial: false, ttl_s: 0 }, call.key ?? parts.newId(), bundles)
      if (ready.outcome === 'invalid') return ready
      const cart = { ...ready.cart, req_hash: changeHash(ready.cart, call.id) }
      const [made] = call.key === null ? [] : await readHolds(pool, [cart.id])
      if (made) return replay(made, cart)
      const { answer, changes } = await inTransaction(pool, (tx) => replace(tx, call, cart))
      parts.onChanges(changes)
      return answer
    } catch (thrown) {
      if (thrown instanceof Stays) return thrown.outcome
      if (!isPassing(thrown)) throw thrown
      onError(thrown)
      return { outcome: 'unavailable' }
    }
  }
}

async function replace(tx: PoolClient, call: ChangeCall, cart: ReadyCart) {
  const skus = cart.lines.map((line) => line.sku)
  const first = await lockForChange(tx, { id: call.id, customer: call.customer, skus })
  if (first === null) throw new Stays({ outcome: 'unknown' })
  const state: HoldStateText =
    first.state === 'ACTIVE' && first.expires_in_ms < SECOND_MS ? 'EXPIRED' : first.state
  if (state !== 'ACTIVE') throw new Stays({ outcome: 'not_possible', reason: obstacleOf(state) })
  await releaseHolds(tx, [call.id], { customer: call.customer, actor: null })
  const freed = await readLastChangesOfHolds(tx, [call.id]) // the next step is another version of the same SKUs
  const ttl_s = Math.floor(first.expires_in_ms / SECOND_MS)
  const prices = new Map(first.lines.map((line) => [line.sku, line.unit_price_minor]))
  const lines = cart.lines.map((line) => {
    const price_minor = prices.get(line.sku)
    return price_minor === undefined ? line : { ...line, price_minor }
  })
  const [reserved] = await reserveCarts(tx, [{ ...cart, kind: 'cart', ttl_s, lines }])
  if (reserved?.outcome !== 'OK') throw new Stays(await whyNot(tx, reserved, cart))
  await inheritLongestTime(tx, call.id, cart.id)
  const { answer } = fromReserved(reserved, { ...cart, ttl_s }, false)
  return { answer, changes: [...freed, ...(await readLastChangesOfHolds(tx, [cart.id]))] }
}

/** A refusal is not recorded: the transaction that would is rolled back. */
async function whyNot(
  tx: PoolClient,
  reserved: Reserved | undefined,
  cart: ReadyCart,
): Promise<ChangeOutcome> {
  if (reserved?.outcome === 'REFUSED')
    return { outcome: 'refused', refusal: reserved.refusal, isReplay: false }
  const [made] = await readHolds(tx, [cart.id])
  if (!made) throw new Error(`hold ${cart.id}: its id is taken and it is not there`)
  return replay(made, cart)
}

const replay = (row: HoldRow, cart: ReadyCart): HoldOutcome => fromRow(row, cart).answer

/** What makes two calls to change the same: the lines, and the hold they replace. */
function changeHash(cart: ReadyCart, replaced: string): Uint8Array {
  return createHash('sha256').update(cart.req_hash).update(replaced).digest()
}

const SECOND_MS = 1_000
