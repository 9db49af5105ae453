/**
 * The rules of the gate's scripts in plain TypeScript: what random schedules are run against. It is held to the real
 * scripts by `test/integration/gate-contract.test.ts`, which gives both the same commands and compares every reply and
 * all that is stored. Each mutant leaves one rule out.
 */
import type { SettledLine, StockChange, StockCount } from '../../src/orders/admission.ts'
import type { AdmitReply, CompareReply, DeltaReply, LoadReply } from '../../src/orders/gate-replies.ts'
import type { Line } from '../../src/orders/types.ts'

/** Rules of the scripts that can be left out. */
export type ScriptMutant =
  | 'no arv'
  | 'no rv filter'
  | 'no pv check'
  | 'snapshot ends no admission'
  | 'one attempt gives up for all'

export type Tentative = { readonly units: number; readonly arv: number }
export type SkuState = {
  a: number
  rv: number
  pv: number
  q: boolean
  lim: number | null
  readonly t: Map<string, Tentative>
  readonly ap: Set<number>
}
export type HoldState = { readonly hash: string; readonly units: Map<string, number>; attempts: number }

/** A cart in one slot. */
export type ReferenceCart = {
  readonly id: string
  readonly hash: string
  readonly lines: readonly Line[]
  readonly allowPartial: boolean
  readonly isOffer: boolean
}

export class GateReference {
  readonly skus = new Map<string, SkuState>()
  readonly holds = new Map<string, HoldState>()
  readonly tz = new Set<string>()
  readonly #mutant: ScriptMutant | null

  constructor(mutant: ScriptMutant | null = null) {
    this.#mutant = mutant
  }

  admit(cart: ReferenceCart): AdmitReply {
    const known = this.holds.get(cart.id)
    if (known && known.hash !== cart.hash) return { word: 'MISMATCH' }
    if (known) {
      known.attempts += 1
      return { word: 'KNOWN', granted: cart.lines.map(({ sku }) => known.units.get(sku) ?? 0) }
    }
    const short: { sku: string; available: number; ver: number }[] = []
    const granted: number[] = []
    for (const { sku, qty } of cart.lines) {
      const state = this.skus.get(sku)
      if (!state) return { word: 'MISS', sku }
      const available = Math.max(state.a, 0)
      if (state.q && !cart.isOffer) return { word: 'QUEUE', sku, available }
      if (state.lim !== null && qty > state.lim) return { word: 'LIMIT', sku, available, limit: state.lim }
      if (available < qty) short.push({ sku, available, ver: state.pv })
      granted.push(Math.min(qty, available))
    }
    const could = granted.reduce((sum, units) => sum + units, 0)
    if (short.length > 0 && (!cart.allowPartial || could === 0)) return { word: 'SHORT', could, short }
    this.#take(cart, granted)
    return { word: 'OK', granted }
  }

  #take(cart: ReferenceCart, granted: readonly number[]): void {
    const units = new Map<string, number>()
    for (const [i, { sku }] of cart.lines.entries()) {
      const state = this.skus.get(sku)
      const got = granted[i] ?? 0
      if (!state || got === 0) continue
      state.a -= got
      state.t.set(cart.id, { units: got, arv: state.rv })
      units.set(sku, got)
    }
    this.holds.set(cart.id, { hash: cart.hash, units, attempts: 1 })
    this.tz.add(cart.id)
  }

  /** @returns lines that were still tentative */
  settle(id: string, lines: readonly SettledLine[]): number {
    let ended = 0
    for (const { sku, ver } of lines) {
      const state = this.skus.get(sku)
      const entry = state?.t.get(id)
      if (!state) continue
      if (entry) {
        state.t.delete(id)
        ended += 1
        if (ver <= entry.arv && this.#mutant !== 'no arv') state.a += entry.units
      }
      state.pv = Math.max(state.pv, ver)
    }
    if ((this.holds.get(id)?.units.size ?? 0) <= lines.length) this.tz.delete(id)
    return ended
  }

  /** @param isDecided by Postgres; else one attempt gives up @returns lines given back */
  abort(id: string, skus: readonly string[], isDecided: boolean): number {
    let ended = 0
    const hold = this.holds.get(id)
    if (!isDecided && hold && this.#mutant !== 'one attempt gives up for all') {
      hold.attempts -= 1
      if (hold.attempts > 0) return 0
    }
    for (const sku of skus) {
      const state = this.skus.get(sku)
      const entry = state?.t.get(id)
      if (!state || !entry) continue
      state.t.delete(id)
      state.a += entry.units
      ended += 1
    }
    this.tz.delete(id)
    this.holds.delete(id)
    return ended
  }

  delta({ sku, ver, units, queue }: StockChange): DeltaReply {
    const state = this.skus.get(sku)
    if (!state) return { word: 'MISS' }
    if (ver <= state.rv && this.#mutant !== 'no rv filter') return { word: 'LATE' }
    if (state.ap.has(ver)) return { word: 'LATE' }
    state.ap.add(ver)
    state.a += units
    if (ver > state.pv && queue !== null) state.q = queue
    state.pv = Math.max(state.pv, ver)
    return { word: 'OK' }
  }

  load({ sku, available, ver, queue, limit }: StockCount): LoadReply {
    if (this.skus.has(sku)) return { word: 'PRESENT' }
    const empty = { t: new Map<string, Tentative>(), ap: new Set<number>() }
    this.skus.set(sku, { a: available, rv: ver, pv: ver, q: queue, lim: limit, ...empty })
    return { word: 'OK' }
  }

  compare(count: StockCount, holds: ReadonlySet<string>, isFix: boolean): CompareReply {
    const state = this.skus.get(count.sku)
    if (!state) return { word: 'MISS' }
    if (count.ver < state.pv && this.#mutant !== 'no pv check') return { word: 'STALE', pv: state.pv }
    let expected = count.available
    let seen = 0
    for (const [id, { units }] of state.t) {
      if (holds.has(id)) seen += units
      else expected -= units
    }
    const { a: before, rv, pv } = state
    const applied = count.ver > rv ? [...state.ap].sort((x, y) => x - y) : []
    if (isFix) this.#set(state, count, expected, holds)
    return { word: 'OK', before, expected, rv, pv, seen, applied }
  }

  #set(state: SkuState, count: StockCount, expected: number, holds: ReadonlySet<string>): void {
    state.a = expected
    // Above the older ones it already is, but for the mutant that takes old snapshots.
    state.rv = Math.max(state.rv, count.ver)
    state.pv = Math.max(state.pv, count.ver)
    state.q = count.queue
    state.lim = count.limit
    for (const ver of state.ap) if (ver <= state.rv) state.ap.delete(ver)
    if (this.#mutant === 'snapshot ends no admission') return
    for (const id of state.t.keys()) if (holds.has(id)) state.t.delete(id)
  }

  /** The request hash of a hold that has ended is forgotten after a time. */
  forget(id: string): void {
    if (!this.tz.has(id)) this.holds.delete(id)
  }

  /** As it is now; what happens later does not change it. */
  copy(): GateReference {
    const twin = new GateReference(this.#mutant)
    twin.become(this)
    return twin
  }

  /** Take over the state of another: a replica that lags is promoted. */
  become(other: GateReference): void {
    this.skus.clear()
    this.holds.clear()
    this.tz.clear()
    for (const [sku, state] of other.skus) {
      this.skus.set(sku, { ...state, t: new Map(state.t), ap: new Set(state.ap) })
    }
    for (const [id, hold] of other.holds) this.holds.set(id, { ...hold })
    for (const id of other.tz) this.tz.add(id)
  }
}
