/**
 * As much of the inventory in Postgres as the gate can notice: counters under one lock, a gap-free version per SKU,
 * holds that are made once, VOID rows, snapshots, and the ledger of changes that are no holds.
 */
import type { StockChange, StockSnapshot } from '../../src/orders/admission.ts'
import type { Line } from '../../src/orders/types.ts'

/** Rules of the write path that can be left out. */
export type TruthMutant = 'no VOID row' | 'VOID counts as seen'

/** `lines`: units with the version that took them. */
export type TruthHold = {
  state: 'ACTIVE' | 'ENDED' | 'VOID'
  readonly lines: readonly (Line & { readonly ver: number })[]
}
export type TruthSku = { onHand: number; held: number; ver: number }

export class StockTruth {
  readonly skus = new Map<string, TruthSku>()
  readonly holds = new Map<string, TruthHold>()
  /** Newest last. */
  readonly ledger: StockChange[] = []
  readonly #mutant: TruthMutant | null

  constructor(onHand: Readonly<Record<string, number>>, mutant: TruthMutant | null = null) {
    this.#mutant = mutant
    for (const [sku, units] of Object.entries(onHand)) this.skus.set(sku, { onHand: units, held: 0, ver: 1 })
  }

  available(sku: string): number {
    const { onHand, held } = this.#of(sku)
    return onHand - held
  }

  /**
   * All lines or none; a refusal leaves a VOID row. An id that is there stays as it is.
   * @returns the hold of this id
   */
  reserve(id: string, lines: readonly Line[]): TruthHold {
    const known = this.holds.get(id)
    if (known) return known
    if (lines.some(({ sku, qty }) => this.available(sku) < qty)) return this.void(id)
    const held = lines.map(({ sku, qty }) => {
      const state = this.#of(sku)
      state.held += qty
      state.ver += 1
      return { sku, qty, ver: state.ver }
    })
    const hold: TruthHold = { state: 'ACTIVE', lines: held }
    this.holds.set(id, hold)
    return hold
  }

  /** Close an id: it can never be held later. @returns the hold of this id, whatever it is */
  void(id: string): TruthHold {
    const known = this.holds.get(id)
    if (known) return known
    const row: TruthHold = { state: 'VOID', lines: [] }
    if (this.#mutant !== 'no VOID row') this.holds.set(id, row)
    return row
  }

  /** Release, or confirm: units that are sold stay away. @returns changes to tell, a version each */
  end(id: string, isSold: boolean): StockChange[] {
    const hold = this.holds.get(id)
    if (hold?.state !== 'ACTIVE') return []
    hold.state = 'ENDED'
    return hold.lines.map(({ sku, qty }) => {
      const state = this.#of(sku)
      state.held -= qty
      if (isSold) state.onHand -= qty
      return this.#change(sku, isSold ? 0 : qty)
    })
  }

  /** Units arrive, or are taken away for good. */
  adjust(sku: string, units: number): StockChange {
    this.#of(sku).onHand += units
    return this.#change(sku, units)
  }

  snapshot(sku: string): StockSnapshot {
    const seen = this.#mutant === 'VOID counts as seen'
    const holds = [...this.holds].filter(([, { state }]) => seen || state !== 'VOID').map(([id]) => id)
    return {
      sku,
      available: this.available(sku),
      ver: this.#of(sku).ver,
      queue: false,
      limit: null,
      holds,
    }
  }

  #change(sku: string, units: number): StockChange {
    const state = this.#of(sku)
    state.ver += 1
    const change = { sku, ver: state.ver, units, queue: null }
    this.ledger.push(change)
    return change
  }

  #of(sku: string): TruthSku {
    const state = this.skus.get(sku)
    if (!state) throw new RangeError(`${sku}: not a SKU of this world`)
    return state
  }
}
