/** Time that passes from event to event: nothing waits for a clock, and the same events come in the same order. */

type Event = { readonly at: number; readonly order: number; readonly happen: () => void }

export class SimulatedTime {
  #now = 0
  #order = 0
  /** A heap: an event comes before both that lie below it. */
  readonly #events: Event[] = []

  /** ms since the beginning. */
  get now(): number {
    return this.#now
  }

  after(ms: number, happen: () => void): void {
    this.#push({ at: this.#now + ms, order: this.#order++, happen })
  }

  every(ms: number, happen: () => void): void {
    this.after(ms, () => {
      happen()
      this.every(ms, happen)
    })
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve)
    })
  }

  /** Everything that happens up to `until`, each with all that follows from it at once. @param signal ends it early */
  async run(until: number, signal: AbortSignal): Promise<void> {
    for (let next = this.#events[0]; next && next.at <= until && !signal.aborted; next = this.#events[0]) {
      this.#pop()
      this.#now = next.at
      next.happen()
      await new Promise((resolve) => setImmediate(resolve)) // every promise that is ready has gone on by then
    }
    if (!signal.aborted) this.#now = until
  }

  #push(event: Event): void {
    const heap = this.#events
    heap.push(event)
    for (let i = heap.length - 1; i > 0; ) {
      const above = (i - 1) >> 1
      if (!this.#swapIfEarlier(i, above)) return
      i = above
    }
  }

  #pop(): void {
    const heap = this.#events
    const last = heap.pop()
    if (!last || heap.length === 0) return
    heap[0] = last
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2]
      const below = right < heap.length && isEarlier(heap[right], heap[left]) ? right : left
      if (below >= heap.length || !this.#swapIfEarlier(below, i)) return
      i = below
    }
  }

  #swapIfEarlier(i: number, above: number): boolean {
    const [lower, upper] = [this.#events[i], this.#events[above]]
    if (!lower || !upper || !isEarlier(lower, upper)) return false
    this.#events[i] = upper
    this.#events[above] = lower
    return true
  }
}

function isEarlier(a: Event | undefined, b: Event | undefined): boolean {
  if (!a || !b) return false
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32 by T. Ettinger, public domain). */
export function randomBy(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
