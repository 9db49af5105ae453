/**
 * From a call for a hold to an answer: the write path. Its promise: "yours" is said only after a commit of Postgres, and
 * a call with the same key gets the same answer again, however often and to whichever process it is sent (I6).
 *
 * What Redis and the memory of this process say can only turn away, and only a call that Postgres does not know: before a
 * call with a key is turned away its id is looked for, because the first call may have been granted while its answer got
 * lost, and Redis may have forgotten since. What nobody granted is not recorded: a retry is a new decision.
 */
import type { HoldRow } from '../postgres/inv/holds.ts'
import type { CartToReserve } from '../postgres/inv/reserve.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Admission } from './admission.ts'
import type { Coalescer } from './coalescer.ts'
import type { FaultPoints } from './fault-point.ts'
import type { Gate } from './gate.ts'
import type { HoldOutcome } from './hold-answer.ts'
import { type HoldCall, type ReadyCart, readyCart } from './hold-call.ts'
import { type Conclusion, fromReserved, fromRow, isSameRequest } from './hold-conclusion.ts'
import type { Bundles } from './lines.ts'
import { isPassing } from './postgres-faults.ts'
import type { Decided } from './reserve-batch.ts'
import type { SoldOutCache } from './sold-out.ts'
import type { Refusal } from './types.ts'
import { OrderingUnavailable } from './unavailable.ts'

export type PlaceHoldParts = {
  readonly gate: Pick<Gate, 'admit' | 'settle' | 'abort' | 'withdraw'>
  readonly soldOut: SoldOutCache
  readonly line: Coalescer<CartToReserve, Decided>
  /** Rows of holds by id, from the primary. */
  readonly known: { get(id: string): Promise<HoldRow | null> }
  readonly bundles: { of(skus: readonly string[]): Promise<Bundles> }
  readonly faults: FaultPoints
  readonly metrics: Pick<Metrics, 'count'>
  /** Monotonic ms. */
  readonly clock: () => number
  /** UUIDv7 text. */
  readonly newId: () => string
  /** What went wrong beside the answer. */
  readonly onError: (error: unknown) => void
}

export type PlaceHold = (call: HoldCall) => Promise<HoldOutcome>

/** @returns a function that throws only for what is a fault of ours */
export function createPlaceHold(parts: PlaceHoldParts): PlaceHold {
  const { gate, soldOut, known, faults } = parts
  const place: PlaceHold = async (call) => {
    const began = parts.clock()
    // 1, 2: one line per SKU, bundles taken apart; the key of the call is the id of the hold
    const bundles = await parts.bundles.of([...new Set(call.lines.map((line) => line.sku))])
    const ready = readyCart(call, call.key ?? parts.newId(), bundles)
    if (ready.outcome === 'invalid') return ready
    const { cart } = ready

    // 3: sold out a moment ago. A call with a key asks the gate first, which knows twins under way in other processes
    const seen = soldOut.refusal(cart.lines, cart.allow_partial)
    if (seen !== null && call.key === null) return refused(seen)

    // 4: the gate turns away, or lets through, or gives no answer, and then Postgres alone decides
    const admission = await gate.admit(gateCart(cart))
    await faults.at('hold.after_admit')
    if (admission.outcome === 'MISMATCH') return { outcome: 'reused' }
    if (admission.outcome === 'REFUSED') for (const gone of admission.soldOut) soldOut.note(gone)
    const turnedAway = turnedAwayBy(admission, seen)
    if (turnedAway !== null) {
      const row = call.key === null ? null : await known.get(cart.id)
      return row === null ? refused(turnedAway) : fromRow(row, cart).answer
    }

    // 5, 6: wait for a batch; its commit is the promise
    await faults.at('hold.queued')
    const { answer, gateNext } = await decide(parts, cart, admission)
    // 7: the gate is told what became of its admission; nobody waits for that, the outbox tells it a second time
    void tellGate(parts, cart, gateNext)
    await faults.at('hold.before_answer')
    return answer.outcome === 'held' && !answer.isReplay ? lessBy(answer, parts.clock() - began) : answer
  }
  return async function placeHold(call) {
    const outcome = await place(call).catch((thrown: unknown): HoldOutcome => {
      if (!(thrown instanceof OrderingUnavailable) && !isPassing(thrown)) throw thrown
      parts.onError(thrown)
      return { outcome: 'unavailable' }
    })
    parts.metrics.count('hold_outcomes_total', { outcome: outcome.outcome })
    return outcome
  }
}

/** Why the cart goes no further; null: it goes to Postgres. Without an answer of the gate our own memory counts. */
function turnedAwayBy(admission: Admission, seen: Refusal | null): Refusal | null {
  if (admission.outcome === 'REFUSED') return admission.refusal
  return admission.outcome === 'UNKNOWN' ? seen : null
}

/** @throws OrderingUnavailable, or what the statement says about this cart alone */
async function decide(
  { line, gate, known, soldOut, metrics }: PlaceHoldParts,
  cart: ReadyCart,
  admission: Admission,
): Promise<Conclusion> {
  const mine = cartToReserve(cart, admission)
  const submitted = await line.submit(mine)
  if (submitted.outcome === 'overloaded') {
    // Given back before the answer, so that a retry cannot be admitted first; a twin under way keeps the units.
    const isAdmitted = admission.outcome === 'OK' || admission.outcome === 'KNOWN'
    if (isAdmitted) await gate.withdraw(cart.id, cart.lines)
    return { answer: { outcome: 'overloaded' }, gateNext: 'leave' }
  }
  if (!isSameRequest(submitted.cart.req_hash, cart))
    return { answer: { outcome: 'reused' }, gateNext: 'leave' }
  const { result } = submitted
  if (result.outcome === 'FAILED') throw result.cause
  if (result.outcome === 'KNOWN') {
    const row = await known.get(cart.id)
    if (row === null) throw new Error(`hold ${cart.id}: its id is taken and it is not there`)
    return fromRow(row, cart)
  }
  if (result.outcome === 'REFUSED' && isShortage(result.refusal)) {
    if (admission.outcome === 'OK') metrics.count('inv_postgres_refused_after_admit_total')
    for (const { sku, available } of result.refusal.lines) if (available === 0) soldOut.noteGone(sku)
  }
  return fromReserved(result, cart, submitted.cart !== mine)
}

/** Never throws: what is missed here the sweeper of old admissions and the events of the outbox make good. */
async function tellGate(
  { gate, faults, onError }: PlaceHoldParts,
  cart: ReadyCart,
  next: Conclusion['gateNext'],
): Promise<void> {
  try {
    if (next === 'leave' || (await faults.at('hold.before_settle')) === 'drop') return
    if (next === 'abort') await gate.abort(cart.id, cart.lines)
    else await gate.settle(cart.id, next)
    await faults.at('hold.after_settle')
  } catch (thrown) {
    onError(thrown)
  }
}

function gateCart(cart: ReadyCart) {
  const hash = Buffer.from(cart.req_hash).toString('base64')
  return { id: cart.id, hash, lines: cart.lines, allowPartial: cart.allow_partial, isOffer: false }
}

/** With an admission Postgres takes exactly what the gate granted, or refuses: the gate has counted no more. */
function cartToReserve(cart: ReadyCart, admission: Admission): CartToReserve {
  const isGranted = admission.outcome === 'OK' || admission.outcome === 'KNOWN'
  if (!isGranted || !cart.allow_partial) return { ...cart, kind: 'cart' }
  const granted = new Map(admission.granted.map((line) => [line.sku, line.qty]))
  const lines = cart.lines.map((line) => ({
    ...line,
    qty: granted.get(line.sku) ?? 0,
    requested: line.qty,
  }))
  return { ...cart, kind: 'cart', allow_partial: false, lines }
}

function isShortage({ reason }: Refusal): boolean {
  return reason === 'SOLD_OUT' || reason === 'PARTIAL'
}

const refused = (refusal: Refusal): HoldOutcome => ({ outcome: 'refused', refusal, isReplay: false })

/** The time that went by since before Postgres made the hold: the customer is told a little less than there is. */
function lessBy<T extends { readonly expires_in_ms: number }>(answer: T, ms: number): T {
  return { ...answer, expires_in_ms: Math.max(0, Math.floor(answer.expires_in_ms - ms)) }
}
