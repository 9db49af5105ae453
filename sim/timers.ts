/** Timers that can all be dropped at once, so that a stopped or reset provider does nothing more. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>()

  after(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#running.delete(timer)
      run()
    }, ms)
    this.#running.add(timer)
  }

  /** How many have not run yet. */
  get size(): number {
    return this.#running.size
  }

  clear(): void {
    for (const timer of this.#running) clearTimeout(timer)
    this.#running.clear()
  }
}
