/**
 * The clock that decides expiry is Postgres's. Whoever reads a time from it notes it here; between two notes it goes on
 * by the clock of this process, which may be wrong by minutes but not about how long a second is.
 */
export class PostgresClock {
  readonly #clock: () => number
  #ahead: number | null = null

  /** @param clock monotonic ms */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  /** A time that Postgres has just given. */
  note(at: Date): void {
    this.#ahead = at.getTime() - this.#clock()
  }

  /** Now by Postgres, late by the way of the last note; null: nothing was noted yet. */
  now(): Date | null {
    return this.#ahead === null ? null : new Date(this.#clock() + this.#ahead)
  }
}
