/**
 * Whether the gate is asked at all. A dead Redis refuses at once; a frozen one lets every cart wait for its deadline
 * and keeps what it was sent, so after a few failures in a row only one call at a time tries it.
 *
 * | state | call | becomes |
 * |---|---|---|
 * | asked | allowed | paused after 5 failures in a row |
 * | paused | refused for 250 ms, then one probe at a time | asked when it succeeds; paused again when not |
 */

const FAILURES_MAX = 5
/** A tenth of the time in which an epoch is looked at: the way back is short, a probe costs one cart its deadline. */
const PAUSE_MS = 250

export class GateHealth {
  #failures = 0
  #pausedUntil = 0
  #isProbing = false

  /** Whether a call may be made. Who is let through reports `succeeded` or `failed`. @param now monotonic ms */
  allow(now: number): boolean {
    if (this.#failures < FAILURES_MAX) return true
    if (now < this.#pausedUntil || this.#isProbing) return false
    this.#isProbing = true
    return true
  }

  succeeded(): void {
    this.#failures = 0
    this.#isProbing = false
  }

  failed(now: number): void {
    this.#failures += 1
    this.#isProbing = false
    if (this.#failures >= FAILURES_MAX) this.#pausedUntil = now + PAUSE_MS
  }
}
