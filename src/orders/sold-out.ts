/**
 * SKUs that had no unit left a moment ago, in this process. While a sale is over most carts still want its SKUs, and
 * nobody has to ask Redis or Postgres for each of them.
 *
 * An entry lives for a second at most and goes with any change of the SKU that is newer than what it was seen at, so
 * units that come back are sold again within that second even if the change is never heard of.
 */
import { LRUCache } from 'lru-cache'
import type { SoldOut } from './admission.ts'
import type { Line, Refusal } from './types.ts'

export type SoldOutOptions = {
  /** SKUs kept. */
  readonly max: number
  /** Life of an entry, ms; at most a second by the promise above. */
  readonly ttlMs: number
}

export const SOLD_OUT: SoldOutOptions = { max: 10_000, ttlMs: 1_000 }

/** `until` null: heard of by a change only, kept so that an older sighting that arrives late is not believed. */
type Entry = { readonly ver: number; readonly until: number | null }

export class SoldOutCache {
  readonly #entries: LRUCache<string, Entry>
  readonly #ttlMs: number
  readonly #now: () => number

  /** @param now monotonic ms */
  constructor(now: () => number, { max, ttlMs }: SoldOutOptions = SOLD_OUT) {
    this.#entries = new LRUCache({ max })
    this.#ttlMs = ttlMs
    this.#now = now
  }

  /** A SKU had no unit left at this version. Ignored when a newer change was heard of. */
  note({ sku, ver }: SoldOut): void {
    const before = this.#entries.peek(sku)
    if (before && before.ver > ver) return
    this.#entries.set(sku, { ver, until: this.#now() + this.#ttlMs })
  }

  /** Postgres has just refused for want of units; at which version it does not say. */
  noteGone(sku: string): void {
    this.#entries.set(sku, { ver: this.#entries.peek(sku)?.ver ?? 0, until: this.#now() + this.#ttlMs })
  }

  /** A change of a SKU was heard of (`stock.changed`). */
  changed({ sku, ver }: SoldOut): void {
    const before = this.#entries.peek(sku)
    if (!before || before.ver < ver) this.#entries.set(sku, { ver, until: null })
  }

  /**
   * Whether a cart can be refused without asking anybody.
   * @param allowPartial the cart takes what it can get: then every line has to be sold out
   * @returns null: it has to be asked for
   */
  refusal(lines: readonly Line[], allowPartial: boolean): Refusal | null {
    const gone = lines.filter(({ sku }) => this.#isSoldOut(sku))
    const isAll = gone.length === lines.length
    if (gone.length === 0 || (allowPartial && !isAll)) return null
    return {
      reason: isAll ? 'SOLD_OUT' : 'PARTIAL',
      lines: gone.map(({ sku, qty }) => ({ sku, requested: qty, available: 0 })),
    }
  }

  #isSoldOut(sku: string): boolean {
    const until = this.#entries.get(sku)?.until ?? null
    return until !== null && this.#now() < until
  }
}
