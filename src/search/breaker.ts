/**
 * A circuit breaker: stops asking a server that does not answer, so that its callers fall back at once instead of
 * waiting for a deadline each. Frozen servers are the reason: a dead one refuses, a frozen one lets everybody wait.
 *
 * | state | call | becomes |
 * |---|---|---|
 * | closed | allowed | open after 5 failures in a row, or 50 % of at least 20 calls within 10 s |
 * | open | refused | half_open when its pause is over |
 * | half_open | one probe at a time | closed when it succeeds; open, with twice the pause up to 5 s, when not |
 *
 * Source: circuit breaker, M. Nygard, Release It!, 2007; figures of the operations design 4.5, with the pause capped
 * at 5 s so that right answers are back within 10 s of the server's return.
 */

export type BreakerState = 'closed' | 'open' | 'half_open'

export type BreakerOptions = {
  readonly failuresInRow: number
  readonly windowMs: number
  readonly callsMin: number
  readonly failureRatio: number
  readonly firstPauseMs: number
  readonly longestPauseMs: number
}

export const BREAKER: BreakerOptions = {
  failuresInRow: 5,
  windowMs: 10_000,
  callsMin: 20,
  failureRatio: 0.5,
  firstPauseMs: 1_000,
  longestPauseMs: 5_000,
}

/** Outcomes are counted in this many slices of the window, so that old ones leave in steps. */
const SLICES = 10

type Slice = { readonly number: number; calls: number; failures: number }

export class Breaker {
  readonly #options: BreakerOptions
  #state: BreakerState = 'closed'
  #slices: Slice[] = []
  #inRow = 0
  #openUntil = 0
  #pauseMs: number
  #isProbing = false

  constructor(options: BreakerOptions = BREAKER) {
    this.#options = options
    this.#pauseMs = options.firstPauseMs
  }

  /** @param now monotonic ms */
  state(now: number): BreakerState {
    if (this.#state === 'open' && now >= this.#openUntil) this.#state = 'half_open'
    return this.#state
  }

  /** Whether a call may be made now. A caller that is let through reports `succeeded`, `failed` or `withdrawn`. */
  allow(now: number): boolean {
    const state = this.state(now)
    if (state === 'closed') return true
    if (state === 'open' || this.#isProbing) return false
    this.#isProbing = true
    return true
  }

  succeeded(now: number): void {
    if (this.#state !== 'closed') this.#close()
    this.#inRow = 0
    this.#slice(now).calls += 1
  }

  failed(now: number): void {
    const slice = this.#slice(now)
    slice.calls += 1
    slice.failures += 1
    this.#inRow += 1
    if (this.#state === 'half_open') {
      this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.longestPauseMs)
      this.#open(now)
    } else if (this.#state === 'closed' && this.#isTooMuch()) this.#open(now)
  }

  /** The caller gave up for a reason of its own: says nothing about the server. */
  withdrawn(): void {
    this.#isProbing = false
  }

  #isTooMuch(): boolean {
    const { failuresInRow, callsMin, failureRatio } = this.#options
    if (this.#inRow >= failuresInRow) return true
    const calls = this.#slices.reduce((sum, slice) => sum + slice.calls, 0)
    const failures = this.#slices.reduce((sum, slice) => sum + slice.failures, 0)
    return calls >= callsMin && failures >= calls * failureRatio
  }

  #open(now: number): void {
    this.#state = 'open'
    this.#openUntil = now + this.#pauseMs
    this.#isProbing = false
  }

  #close(): void {
    this.#state = 'closed'
    this.#pauseMs = this.#options.firstPauseMs
    this.#slices = []
    this.#isProbing = false
  }

  #slice(now: number): Slice {
    const number = Math.floor((now * SLICES) / this.#options.windowMs)
    const last = this.#slices.at(-1)
    if (last?.number === number) return last
    const fresh = { number, calls: 0, failures: 0 }
    this.#slices = [...this.#slices.filter((slice) => slice.number > number - SLICES), fresh]
    return fresh
  }
}
