/**
 * Readings of stock for SKUs that the gate does not have. After a new epoch every cart of a sale misses the same
 * SKUs at once: one reading is under way at a time, and whoever comes meanwhile shares the next.
 *
 * A change that commits between a reading and its load, and whose delta found the SKU absent, is missing until the
 * next reconcile, which follows every change within a second.
 */
import type { StockCount } from './admission.ts'

/** Of the primary; SKUs that do not exist are left out. */
export type ReadStock = (skus: readonly string[]) => Promise<readonly StockCount[]>

export class StockReader {
  readonly #read: ReadStock
  #gathering = new Set<string>()
  #next: Promise<ReadonlyMap<string, StockCount>> | null = null
  #underway: Promise<unknown> = Promise.resolve()

  constructor(read: ReadStock) {
    this.#read = read
  }

  /**
   * @returns counts by sku from a snapshot taken after this call; it may hold more SKUs than were asked for
   * @throws what the reading throws
   */
  read(skus: readonly string[]): Promise<ReadonlyMap<string, StockCount>> {
    for (const sku of skus) this.#gathering.add(sku)
    this.#next ??= this.#underway.then(() => this.#readGathered())
    return this.#next
  }

  #readGathered(): Promise<ReadonlyMap<string, StockCount>> {
    const skus = [...this.#gathering]
    this.#gathering = new Set()
    this.#next = null
    const reading = this.#read(skus).then((counts) => new Map(counts.map((count) => [count.sku, count])))
    this.#underway = reading.catch(() => undefined) // who asked gets the error; the next reading tries again
    return reading
  }
}
