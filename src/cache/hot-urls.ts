/**
 * What is asked most, counted in a bounded table: when it is full, all counts are halved and what was asked once goes.
 * Good enough to know the head of a skewed distribution, which is all that a warm-up needs.
 */

/** A URL and how often it was asked, weighted by how lately. */
export type HotUrl = readonly [url: string, count: number]

const URLS_MAX = 4_000

export class HotUrls {
  readonly #counts = new Map<string, number>()
  readonly #max: number

  constructor(max = URLS_MAX) {
    this.#max = max
  }

  get size(): number {
    return this.#counts.size
  }

  note(url: string): void {
    const count = this.#counts.get(url)
    if (count === undefined) while (this.#counts.size >= this.#max) this.#halve()
    this.#counts.set(url, (count ?? 0) + 1)
  }

  /** The hottest, most first; from then on what came before counts half. */
  take(n: number): HotUrl[] {
    const hottest = [...this.#counts].sort(([, a], [, b]) => b - a).slice(0, n)
    this.#halve()
    return hottest
  }

  #halve(): void {
    for (const [url, count] of this.#counts) {
      if (count > 1) this.#counts.set(url, count >> 1)
      else this.#counts.delete(url)
    }
  }
}
