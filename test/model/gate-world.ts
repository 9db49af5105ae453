/**
 * A small world for the gate: some carts, two SKUs, Postgres, Redis, and messages between them that a random schedule
 * delays, reorders, repeats and loses; processes that crash; a Redis that is rolled back or wiped. No clock and no IO,
 * so that a schedule repeats by its seed.
 */
import type { Line } from '../../src/orders/types.ts'
import { pick } from '../support/random.ts'
import { GateReference, type ScriptMutant } from './gate-reference.ts'
import { StockTruth, type TruthHold, type TruthMutant } from './stock-truth.ts'

export type Mutant = ScriptMutant | TruthMutant
export type WorldOptions = {
  /** Rules left out: at most one of the scripts and one of Postgres. */
  readonly without?: readonly Mutant[]
  /** Stock is also taken away, which the gate learns late. */
  readonly shrinks?: boolean
  /** Processes crash, Redis is rolled back and wiped. */
  readonly faults?: boolean
}

/**
 * `over`: steps after which Redis would have let through more than Postgres has; counted where that is promised.
 * `refused`: admitted carts that Postgres had no units for. `held`: carts that got their units.
 */
export type WorldOutcome = {
  readonly isConverged: boolean
  readonly over: number
  readonly refused: number
  readonly held: number
}

type Cart = { readonly id: string; readonly lines: readonly Line[]; readonly allowPartial: boolean }

const SKUS = ['A', 'B'] as const
const UNITS = 12
const STEPS = 400
const COPIES_MAX = 5
const REPEATED = 0.15
const LOST = 0.1

export class GateWorld {
  readonly #random: () => number
  readonly #options: WorldOptions
  readonly #truth: StockTruth
  readonly #gate: GateReference
  readonly #carts: Cart[] = []
  readonly #messages: (() => void)[] = []
  readonly #copies: GateReference[] = []
  #over = 0
  #refused = 0
  #held = 0

  constructor(options: WorldOptions, random: () => number) {
    const { without = [] } = options
    this.#options = options
    this.#random = random
    this.#truth = new StockTruth({ A: UNITS, B: UNITS }, without.find(isOfTruth) ?? null)
    this.#gate = new GateReference(
      without.find((mutant): mutant is ScriptMutant => !isOfTruth(mutant)) ?? null,
    )
    for (const sku of SKUS) this.#gate.load(this.#truth.snapshot(sku))
    this.#copies.push(this.#gate.copy())
  }

  /** Run a random schedule, then let everything arrive and be repaired. */
  run(): WorldOutcome {
    for (let step = 0; step < STEPS; step++) {
      this.#step()
      this.#check()
    }
    // Twice without reconcile: messages make messages. Then as the worker does it.
    for (let round = 0; round < 4; round++) {
      while (this.#messages.length > 0) this.#deliver()
      for (const id of this.#gate.tz) this.#sweep(id)
      while (this.#messages.length > 0) this.#deliver()
      if (round >= 2) for (const sku of SKUS) this.#reconcile(sku)()
    }
    return { isConverged: this.#isConverged(), over: this.#over, refused: this.#refused, held: this.#held }
  }

  #step(): void {
    const draw = Math.floor(this.#random() * 20)
    if (draw < 5) this.#newCart()
    else if (draw < 7) this.#retry()
    else if (draw < 9) this.#endHold()
    else if (draw < 10) this.#adjust()
    else if (draw < 15) this.#deliver()
    else if (draw < 17) this.#messages.push(this.#reconcile(pick(this.#random, SKUS)))
    else if (draw < 18) this.#sweepOne()
    else this.#misfortune()
  }

  #newCart(): void {
    const id = `h${this.#carts.length + 1}`
    const skus = this.#random() < 0.3 ? SKUS : [pick(this.#random, SKUS)]
    const lines = skus.map((sku) => ({ sku, qty: 1 + Math.floor(this.#random() * 3) }))
    this.#carts.push({ id, lines, allowPartial: this.#random() < 0.2 })
    this.#admit(this.#carts.length - 1)
  }

  /** The client asks again under the same id, perhaps while the first try is under way. */
  #retry(): void {
    if (this.#carts.length > 0) this.#admit(Math.floor(this.#random() * this.#carts.length))
  }

  /** A process admits a cart, commits later, and tells Redis later still; it may crash at each point. */
  #admit(at: number): void {
    const cart = this.#carts[at]
    if (!cart) return
    const { id, lines, allowPartial } = cart
    const reply = this.#gate.admit({ id, hash: 'same', lines, allowPartial, isOffer: false })
    if (reply.word === 'MISS') this.#loadLater(reply.sku)
    if (reply.word !== 'OK' && reply.word !== 'KNOWN') return
    // The line before Postgres is too long, or another slot of the cluster has refused: this attempt goes no further.
    if (this.#random() < 0.1) {
      this.#messages.push(() => void this.#gate.abort(id, SKUS, false))
      return
    }
    const granted = lines.map(({ sku }, i) => ({ sku, qty: reply.granted[i] ?? 0 }))
    this.#messages.push(() =>
      this.#commit(
        id,
        granted.filter(({ qty }) => qty > 0),
      ),
    )
  }

  #commit(id: string, lines: readonly Line[]): void {
    if (this.#options.faults && this.#random() < LOST) return
    const isNew = !this.#truth.holds.has(id)
    const hold = this.#truth.reserve(id, lines)
    if (isNew && hold.state === 'VOID') this.#refused += 1
    if (isNew && hold.state === 'ACTIVE') this.#held += 1
    if (this.#random() >= LOST) this.#send(this.#endOf(id, hold))
  }

  #endOf(id: string, hold: TruthHold): () => void {
    if (hold.state === 'VOID') return this.#abort(id)
    return () => void this.#gate.settle(id, hold.lines)
  }

  #abort(id: string): () => void {
    return () => void this.#gate.abort(id, SKUS, true)
  }

  #endHold(): void {
    const active = [...this.#truth.holds].filter(([, { state }]) => state === 'ACTIVE')
    if (active.length === 0) return
    const [id] = pick(this.#random, active)
    for (const change of this.#truth.end(id, this.#random() < 0.4)) {
      this.#send(() => void this.#gate.delta(change))
    }
    if (this.#random() < 0.3) this.#gate.forget(id)
  }

  #adjust(): void {
    const sku = pick(this.#random, SKUS)
    const isLess = this.#options.shrinks === true && this.#random() < 0.4
    if (this.#random() < 0.4 || (isLess && this.#truth.available(sku) <= 0)) return
    const change = this.#truth.adjust(sku, isLess ? -1 : 1 + Math.floor(this.#random() * 4))
    this.#send(() => void this.#gate.delta(change))
  }

  /** A snapshot of now, used when its message comes. */
  #reconcile(sku: string): () => void {
    const snapshot = this.#truth.snapshot(sku)
    const holds = new Set(snapshot.holds)
    return () => void this.#gate.compare(snapshot, holds, true)
  }

  #loadLater(sku: string): void {
    const snapshot = this.#truth.snapshot(sku)
    this.#messages.push(() => void this.#gate.load(snapshot))
  }

  #sweepOne(): void {
    const ids = [...this.#gate.tz]
    if (ids.length > 0 && this.#random() < 0.5) this.#sweep(pick(this.#random, ids))
  }

  /** Postgres decides what an admission has become; a VOID row closes an id that it does not know. */
  #sweep(id: string): void {
    const hold = this.#truth.void(id)
    this.#send(this.#endOf(id, hold))
  }

  #misfortune(): void {
    const { faults } = this.#options
    if (faults && this.#random() < 0.05) {
      this.#gate.become(this.#random() < 0.3 ? new GateReference() : pick(this.#random, this.#copies))
    } else if (this.#random() < 0.2) {
      this.#copies.push(this.#gate.copy())
      if (this.#copies.length > COPIES_MAX) this.#copies.shift()
    }
  }

  #send(message: () => void): void {
    this.#messages.push(message)
    if (this.#random() < REPEATED) this.#messages.push(message)
  }

  #deliver(): void {
    const at = Math.floor(this.#random() * this.#messages.length)
    this.#messages.splice(at, 1)[0]?.()
  }

  #check(): void {
    const isPromised = !this.#options.faults && !this.#options.shrinks
    for (const sku of SKUS) {
      const available = this.#truth.available(sku)
      if (available < 0) throw new Error('Postgres has oversold')
      if (isPromised && (this.#gate.skus.get(sku)?.a ?? 0) > available - this.#unknownUnits(sku))
        this.#over += 1
    }
  }

  /** Units of admissions that Postgres has not decided. */
  #unknownUnits(sku: string): number {
    let units = 0
    for (const [id, entry] of this.#gate.skus.get(sku)?.t ?? []) {
      if (!this.#truth.holds.has(id)) units += entry.units
    }
    return units
  }

  #isConverged(): boolean {
    return SKUS.every((sku) => {
      const state = this.#gate.skus.get(sku)
      return !state || (state.a === this.#truth.available(sku) && state.t.size === 0)
    })
  }
}

function isOfTruth(mutant: Mutant): mutant is TruthMutant {
  return mutant === 'no VOID row' || mutant === 'VOID counts as seen'
}
