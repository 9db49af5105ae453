/**
 * Readings by id that share round trips: while one is under way the next gathers, so however many ask, one statement
 * runs at a time and each answer is read after its question was asked.
 */
import type { SetTimer } from './coalescer.ts'

/** Most ids of one statement. */
const BATCH = 256

/** An answer did not come in time. */
export class ReadTimeout extends Error {
  constructor(ms: number) {
    super(`timeout: no answer of Postgres within ${ms} ms`)
    this.name = 'ReadTimeout'
  }
}

export type Patience = { readonly ms: number; readonly setTimer: SetTimer }

export class Gathered<Value> {
  readonly #read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>
  readonly #patience: Patience
  #waiting: { readonly id: string; readonly asked: PromiseWithResolvers<Value | null> }[] = []
  #isReading = false

  /**
   * @param read of the primary; what does not exist is left out
   * @param patience how long anybody waits for an answer
   */
  constructor(read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>, patience: Patience) {
    this.#read = read
    this.#patience = patience
  }

  /** @returns null: it does not exist @throws what the reading throws, or ReadTimeout */
  async get(id: string): Promise<Value | null> {
    const asked = Promise.withResolvers<Value | null>()
    this.#waiting.push({ id, asked })
    if (!this.#isReading) void this.#readAll()
    const { ms, setTimer } = this.#patience
    const cancel = setTimer(() => asked.reject(new ReadTimeout(ms)), ms)
    try {
      return await asked.promise
    } finally {
      cancel()
    }
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
