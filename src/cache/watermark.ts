/**
 * What one process knows of the invalidation log: how far it has read, and for each tag the last record that
 * named it. An entry stamped with position W is valid when no record after W named one of its tags.
 *
 * W1 An entry is served only when it is valid by everything this process has consumed.
 * W2 What is forgotten (a bounded table, a gap, a new epoch) counts as "invalidated": the floor rises.
 * W3 Positions of two lives are never compared: a flushed log counts from 1 again, so an old position would look
 *    newer than every record to come. Who keeps a position over an await has to compare `life` as well.
 * Source: own protocol, cache design 3; schedules are checked in test/model/cache-model.test.ts.
 */

/** `expire`: a stale copy may stand in while loading fails. `remove`: it may never be served again. */
export type Verb = 'expire' | 'remove'

/** One record of the log. Ids are 1, 2, 3, ... within an epoch. */
export type LogRecord = { readonly id: number; readonly verb: Verb; readonly tags: readonly string[] }

/** Every entry carries it: alias swaps and changed settings invalidate everything. */
export const TAG_ALL = 'all'

const TAGS_MAX = 100_000

export class Watermark {
  #consumed = 0
  #floor = 0
  #removeFloor = 0
  #epoch: string | null = null
  #life = 0
  readonly #named = new Map<string, number>()
  readonly #removed = new Map<string, number>()
  readonly #tagsMax: number

  /** @param tagsMax tags remembered of each kind; beyond it the oldest raises the floor */
  constructor(tagsMax = TAGS_MAX) {
    this.#tagsMax = tagsMax
  }

  /** Id of the last record consumed. */
  get consumed(): number {
    return this.#consumed
  }

  /** Epoch of the log that was consumed; null before the first contact. */
  get epoch(): string | null {
    return this.#epoch
  }

  /** Counts the resets of this process. */
  get life(): number {
    return this.#life
  }

  /** Forget everything: all entries stamped before `position` are invalid. */
  reset(epoch: string, position: number): void {
    this.#life += 1
    this.#epoch = epoch
    this.#consumed = position
    this.#floor = position
    this.#removeFloor = position
    this.#named.clear()
    this.#removed.clear()
  }

  /**
   * Begin with the tail of the log instead of an empty memory, so that older entries of the second tier can be
   * used. A floor too low is unsafe: 1,524 of 50,000 schedules of the model violated W1 with it.
   * @param records contiguous, the last one at `position`
   */
  resetWithTail(epoch: string, position: number, records: readonly LogRecord[]): void {
    this.reset(epoch, position)
    const first = records[0]
    if (!first) return
    this.#floor = first.id - 1
    this.#removeFloor = first.id - 1
    for (const record of records) this.#remember(record)
  }

  /** Take the next record. @returns false for a gap: the caller has to reset */
  apply(record: LogRecord): boolean {
    if (record.id !== this.#consumed + 1) return false
    this.#consumed = record.id
    this.#remember(record)
    return true
  }

  /** Whether an answer stamped with `watermark` is right as far as this process can know. */
  isValid(watermark: number, tags: readonly string[]): boolean {
    if (watermark < this.#floor) return false
    for (const tag of tags) {
      const last = this.#named.get(tag)
      if (last !== undefined && last > watermark) return false
    }
    return true
  }

  /** Whether a record after `watermark` removed what the answer shows (or might have: W2). */
  isRemoved(watermark: number, tags: readonly string[]): boolean {
    if (watermark < this.#removeFloor) return true
    for (const tag of tags) {
      const last = this.#removed.get(tag)
      if (last !== undefined && last > watermark) return true
    }
    return false
  }

  #remember(record: LogRecord): void {
    for (const tag of record.tags) {
      this.#floor = Math.max(this.#floor, remember(this.#named, tag, record.id, this.#tagsMax))
      if (record.verb !== 'remove') continue
      this.#removeFloor = Math.max(this.#removeFloor, remember(this.#removed, tag, record.id, this.#tagsMax))
    }
  }
}

/** Set the tag's last record; the table keeps the order of ids. @returns id of a forgotten tag, else 0 */
function remember(table: Map<string, number>, tag: string, id: number, max: number): number {
  table.delete(tag) // set again at the end, so that the first key is always the oldest record
  table.set(tag, id)
  if (table.size <= max) return 0
  const oldest = table.entries().next().value
  if (!oldest) return 0
  table.delete(oldest[0])
  return oldest[1]
}
