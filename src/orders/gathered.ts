/**
 * Readings by id that share round trips: while one is under way the next gathers, so however many ask, one statement
 * runs at a time and each answer is read after its question was asked.
 */

/** Most ids of one statement. */
const BATCH = 256

export class Gathered<Value> {
  readonly #read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>
  #waiting: { readonly id: string; readonly asked: PromiseWithResolvers<Value | null> }[] = []
  #isReading = false

  /** @param read of the primary; what does not exist is left out */
  constructor(read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#read = read
  }

  /** @returns null: it does not exist @throws what the reading throws */
  get(id: string): Promise<Value | null> {
    const asked = Promise.withResolvers<Value | null>()
    this.#waiting.push({ id, asked })
    if (!this.#isReading) void this.#readAll()
    return asked.promise
  }

  async #readAll(): Promise<void> {
    this.#isReading = true
    await Promise.resolve() // who asks in the same turn comes along
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH)
      try {
        const found = await this.#read([...new Set(batch.map(({ id }) => id))])
        for (const { id, asked } of batch) asked.resolve(found.get(id) ?? null)
      } catch (thrown) {
        for (const { asked } of batch) asked.reject(thrown)
      }
    }
    this.#isReading = false
  }
}
