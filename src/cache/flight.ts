/**
 * Loads under way, one per key. A caller joins a running load only while the position it was stamped with is
 * still valid: joining any load gave 23,889 violating schedules of 200,000 in the model. A caller that goes away
 * does not end the load while others wait for it.
 */

type Flight<T> = {
  readonly promise: Promise<T>
  readonly watermark: number
  readonly startedAt: number
  readonly controller: AbortController
  waiting: number
}

/** May this running load answer a caller who comes now? */
export type Joinable = (watermark: number, startedAt: number) => boolean

export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>()

  get size(): number {
    return this.#flights.size
  }

  /** Later callers start loads of their own; those under way answer who waits for them. */
  clear(): void {
    this.#flights.clear()
  }

  /**
   * The running load of this key, or a new one.
   * @param load gets a signal that aborts when nobody waits any more
   * @param signal of this caller: aborting it rejects this caller alone
   */
  async run(
    key: string,
    at: { readonly watermark: number; readonly now: number },
    isJoinable: Joinable,
    load: (signal: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    signal.throwIfAborted()
    const running = this.#flights.get(key)
    const canJoin = running !== undefined && isJoinable(running.watermark, running.startedAt)
    const flight = canJoin ? running : this.#begin(key, at, load)
    flight.waiting += 1
    try {
      return await unlessAborted(flight.promise, signal)
    } finally {
      flight.waiting -= 1
      if (flight.waiting === 0) flight.controller.abort(new Error('nobody waits for this load'))
    }
  }

  #begin(
    key: string,
    at: { readonly watermark: number; readonly now: number },
    load: (signal: AbortSignal) => Promise<T>,
  ): Flight<T> {
    const controller = new AbortController()
    const promise = load(controller.signal).finally(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
    })
    const flight: Flight<T> = {
      promise,
      watermark: at.watermark,
      startedAt: at.now,
      controller,
      waiting: 0,
    }
    promise.catch(() => undefined) // every waiter may have left; each of them has its own rejection
    this.#flights.set(key, flight)
    return flight
  }
}

/** The promise, or the reason of the signal, whichever comes first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
}
