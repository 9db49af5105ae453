/**
 * Readings of stock that the hub needs: one at a time, of everything that waits for one. A SKU that is asked for while
 * it is being read is read once more, since the first reading may be older than what it was asked for.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { Logger } from '../telemetry/log.ts'
import type { StockRow } from './stock-view.ts'

/** Of the primary; SKUs that do not exist are left out. */
export type ReadStock = (skus: readonly string[]) => Promise<readonly StockRow[]>

/** What was asked for, and what there is of it. */
export type OnRows = (skus: readonly string[], rows: readonly StockRow[]) => void

const SKUS_PER_READ = 1_000
const RETRY_MS = 1_000

export class StockReadings {
  readonly #readStock: ReadStock
  readonly #onRows: OnRows
  readonly #log: Logger
  readonly #waiting = new Set<string>()
  #isReading = false

  constructor(readStock: ReadStock, onRows: OnRows, log: Logger) {
    this.#readStock = readStock
    this.#onRows = onRows
    this.#log = log
  }

  /** To be read by a reading that begins after this call. */
  want(skus: Iterable<string>): void {
    for (const sku of skus) this.#waiting.add(sku)
    if (!this.#isReading) void this.#readWaiting()
  }

  /** Nobody needs it any more. */
  forget(sku: string): void {
    this.#waiting.delete(sku)
  }

  /** Never throws: what cannot be read waits on. */
  async #readWaiting(): Promise<void> {
    this.#isReading = true
    while (this.#waiting.size > 0) {
      const skus = [...this.#waiting].slice(0, SKUS_PER_READ)
      for (const sku of skus) this.#waiting.delete(sku)
      try {
        this.#onRows(skus, await this.#readStock(skus))
      } catch (thrown) {
        this.#log.warn({ reason: messageOf(thrown) }, 'live stock cannot be read')
        for (const sku of skus) this.#waiting.add(sku)
        await sleep(RETRY_MS, undefined, { ref: false })
      }
    }
    this.#isReading = false
  }
}
