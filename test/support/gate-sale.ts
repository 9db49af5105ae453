/**
 * A sale in front of a gate: shoppers, holds that end, messages that are late and come twice, and a reconcile pass
 * every 50 ms. Whoever has the stock decides as it likes; the gate must not have let through too many.
 */
import type { SettledLine, StockChange } from '../../src/orders/admission.ts'
import { GateUnavailable } from '../../src/orders/gate-calls.ts'
import type { Finding } from '../../src/orders/reconcile.ts'
import type { Line } from '../../src/orders/types.ts'
import { cartOf, type TestGate } from './gate-fixture.ts'

/** Where the stock is. */
export type SaleTruth = {
  readonly newId: () => string
  /** All lines or none. @returns the versions that took the units; null: refused */
  reserve(id: string, lines: readonly Line[]): Promise<readonly SettledLine[] | null>
  /** End a few holds. @returns changes that the gate has to be told */
  endSome(): Promise<readonly StockChange[]>
}

export type SaleParts = {
  readonly gate: TestGate
  readonly truth: SaleTruth
  /** Share of carts that want a SKU. */
  readonly wishes: Readonly<Record<string, number>>
  readonly reconcile: () => Promise<readonly Finding[]>
  readonly random: () => number
}

const SHOPPERS = 24
const EVERY_MS = 50
const SENT_TWICE = 0.1

export class Sale {
  carts = 0
  passes = 0
  held = 0
  /** Carts that the gate had no answer about. */
  undecided = 0
  /** Admitted carts that there were no units for. */
  refused = 0
  /** Findings with a drift. */
  readonly drifts: Finding[] = []
  readonly #parts: SaleParts
  readonly #stop = new AbortController()
  readonly #messages = new Set<Promise<unknown>>()
  readonly #work: Promise<void>[]

  constructor(parts: SaleParts) {
    this.#parts = parts
    const shoppers = Array.from({ length: SHOPPERS }, () => this.#shop())
    this.#work = [...shoppers, this.#endHolds(), this.#reconcile()]
  }

  /** Everybody stops, and what is under way arrives. @throws what somebody met */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#work)
    while (this.#messages.size > 0) await Promise.all(this.#messages)
  }

  async #shop(): Promise<void> {
    const { gate, truth, random } = this.#parts
    while (!this.#stop.signal.aborted) {
      const cart = cartOf(truth.newId(), this.#wishes())
      this.carts += 1
      const { outcome } = await gate.gate.admit(cart)
      if (outcome === 'UNKNOWN') this.undecided += 1
      else if (outcome !== 'OK') continue
      await sometime(random)
      const held = await truth.reserve(cart.id, cart.lines)
      if (held !== null) this.held += 1
      else if (outcome === 'OK') this.refused += 1
      this.#send(() =>
        held === null ? gate.gate.abort(cart.id, cart.lines) : gate.gate.settle(cart.id, held),
      )
    }
  }

  #wishes(): Record<string, number> {
    const { wishes, random } = this.#parts
    const skus = Object.keys(wishes)
    const wanted = skus.filter((sku) => random() < (wishes[sku] ?? 0))
    const some = wanted.length > 0 ? wanted : skus.slice(-1)
    return Object.fromEntries(some.map((sku) => [sku, 1 + Math.floor(random() * 3)]))
  }

  async #endHolds(): Promise<void> {
    const { gate, truth, random } = this.#parts
    while (!this.#stop.signal.aborted) {
      await sometime(random)
      for (const change of await truth.endSome()) this.#send(() => gate.stock.delta(change))
    }
  }

  async #reconcile(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const [found] = await Promise.all([this.#parts.reconcile(), pause(EVERY_MS)])
      this.drifts.push(...found.filter((finding) => finding.outcome === 'COMPARED' && finding.drift !== 0))
      this.passes += 1
    }
  }

  #send(message: () => Promise<unknown>): void {
    for (let copies = this.#parts.random() < SENT_TWICE ? 2 : 1; copies > 0; copies--) {
      const sent = sometime(this.#parts.random).then(message).catch(lost)
      this.#messages.add(sent)
      void sent.finally(() => this.#messages.delete(sent))
    }
  }
}

/** A message that Redis does not answer is lost; reconcile and the sweeper make it good. */
function lost(error: unknown): void {
  if (!(error instanceof GateUnavailable)) throw error
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A turn of the event loop, or as long as a message may be under way. */
export function sometime(random: () => number): Promise<void> {
  return random() < 0.7 ? new Promise((resolve) => setImmediate(resolve)) : pause(random() * 30)
}
