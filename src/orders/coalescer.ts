/**
 * Group commit in the process: carts that come while a batch is under way make the next batch, so one transaction
 * carries up to 256 of them. One hot row gives 1,000 transactions a second to many connections, and 14,600 carts a second
 * to one (order design 2). Promises:
 * - at most one batch is under way;
 * - a cart joins the first batch that begins after it came, in order of arrival, as far as there is room;
 * - with the line free, a cart waits 1 ms for company, and 5 ms at most however much company comes;
 * - at most 1,024 carts wait, and none longer than 250 ms: beyond that the outcome is `overloaded`, and the cart is
 *   known to have had no effect;
 * - equal ids in one process share one promise; whoever asks, nothing that a caller does ends a batch.
 */

export type CoalescerLimits = {
  /** Most carts of one batch. */
  readonly batch: number
  /** Most carts that wait for one. */
  readonly waiting: number
  /** ms after the last arrival, with the line free, until a batch begins. */
  readonly companyMs: number
  /** ms with the line free after which a batch begins in any case. */
  readonly formMs: number
  /** ms that a cart waits before it is sent away. */
  readonly patienceMs: number
}

export const COALESCER_LIMITS: CoalescerLimits = {
  batch: 256,
  waiting: 1_024,
  companyMs: 1,
  formMs: 5,
  patienceMs: 250,
}

/** Call `run` after `ms`. @returns how to call it off */
export type SetTimer = (run: () => void, ms: number) => () => void

export type CoalescerOptions<Cart, Result> = {
  /** Decides all carts in one transaction. @returns a result a cart, in the order of the carts */
  readonly runBatch: (carts: readonly Cart[]) => Promise<readonly Result[]>
  /** Monotonic clock, ms. */
  readonly clock: () => number
  readonly setTimer: SetTimer
  readonly limits?: CoalescerLimits
}

/** `cart` is the one that was decided: of equal ids the first. A failure of the batch rejects instead. */
export type Submitted<Cart, Result> =
  | { readonly outcome: 'decided'; readonly cart: Cart; readonly result: Result }
  | { readonly outcome: 'overloaded' }

type Entry<Cart, Result> = {
  readonly cart: Cart
  readonly since: number
  readonly settled: PromiseWithResolvers<Submitted<Cart, Result>>
}

/** A line of carts before one writer. It lives as long as the process; `drain` before the end. */
export class Coalescer<Cart extends { readonly id: string }, Result> {
  readonly #options: CoalescerOptions<Cart, Result>
  readonly #limits: CoalescerLimits
  /** Waiting and under way, by id. */
  readonly #byId = new Map<string, Entry<Cart, Result>>()
  /** In order of arrival. */
  #waiting: Entry<Cart, Result>[] = []
  #isRunning = false
  #isDraining = false
  #lineFreeSince: number
  #lastArrival = Number.NEGATIVE_INFINITY
  #cancelForming: (() => void) | null = null
  #cancelPatience: (() => void) | null = null
  #whenIdle: PromiseWithResolvers<void> | null = null

  constructor(options: CoalescerOptions<Cart, Result>) {
    this.#options = options
    this.#limits = options.limits ?? COALESCER_LIMITS
    this.#lineFreeSince = options.clock()
  }

  /** Carts that wait for a batch to begin. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Have a cart decided, or join the one of the same id that is on its way.
   * @throws whatever `runBatch` throws; the effect of the cart is then unknown
   */
  submit(cart: Cart): Promise<Submitted<Cart, Result>> {
    const known = this.#byId.get(cart.id)
    if (known) return known.settled.promise
    if (this.#waiting.length >= this.#limits.waiting) return Promise.resolve({ outcome: 'overloaded' })
    const now = this.#options.clock()
    const entry: Entry<Cart, Result> = { cart, since: now, settled: Promise.withResolvers() }
    this.#byId.set(cart.id, entry)
    if (this.#waiting.length === 0 && !this.#isRunning) this.#lineFreeSince = now
    this.#waiting.push(entry)
    this.#lastArrival = now
    this.#form()
    this.#watchPatience()
    return entry.settled.promise
  }

  /** Begin batches without waiting for company until nothing waits and nothing is under way. */
  drain(): Promise<void> {
    this.#isDraining = true
    this.#form()
    if (!this.#isRunning && this.#waiting.length === 0) return Promise.resolve()
    this.#whenIdle ??= Promise.withResolvers()
    return this.#whenIdle.promise
  }

  /** Begin a batch, or see to it that somebody comes back here when it is time. */
  #form(): void {
    if (this.#isRunning || this.#waiting.length === 0) return
    const wait = this.#formAt() - this.#options.clock()
    if (this.#isDraining || this.#waiting.length >= this.#limits.batch || wait <= 0) return this.#begin()
    this.#cancelForming ??= this.#options.setTimer(() => {
      this.#cancelForming = null
      this.#form()
    }, wait)
  }

  #formAt(): number {
    return Math.min(this.#lastArrival + this.#limits.companyMs, this.#lineFreeSince + this.#limits.formMs)
  }

  #begin(): void {
    this.#cancelForming?.()
    this.#cancelForming = null
    const batch = this.#waiting.slice(0, this.#limits.batch)
    this.#waiting = this.#waiting.slice(this.#limits.batch)
    this.#isRunning = true
    this.#watchPatience()
    void this.#run(batch)
  }

  async #run(batch: readonly Entry<Cart, Result>[]): Promise<void> {
    try {
      const results = await this.#options.runBatch(batch.map((entry) => entry.cart))
      if (results.length !== batch.length) {
        throw new Error(`a batch of ${batch.length} carts gave ${results.length} results`)
      }
      for (const [at, { cart, settled }] of batch.entries()) {
        settled.resolve({ outcome: 'decided', cart, result: results[at] as Result })
      }
    } catch (thrown) {
      for (const { settled } of batch) settled.reject(thrown)
    } finally {
      for (const { cart } of batch) this.#byId.delete(cart.id)
      this.#isRunning = false
      this.#lineFreeSince = this.#options.clock()
      this.#form()
      if (!this.#isRunning && this.#waiting.length === 0) this.#whenIdle?.resolve()
    }
  }

  /** Come back when the oldest that waits will have waited too long. */
  #watchPatience(): void {
    const oldest = this.#waiting[0]
    if (!oldest) {
      this.#cancelPatience?.()
      this.#cancelPatience = null
      return
    }
    const ms = oldest.since + this.#limits.patienceMs - this.#options.clock()
    this.#cancelPatience ??= this.#options.setTimer(() => {
      this.#cancelPatience = null
      this.#sendAway()
      this.#watchPatience()
    }, ms)
  }

  #sendAway(): void {
    const late = this.#options.clock() - this.#limits.patienceMs
    const kept = this.#waiting.findIndex((entry) => entry.since > late)
    const gone = this.#waiting.splice(0, kept === -1 ? this.#waiting.length : kept)
    for (const { cart, settled } of gone) {
      this.#byId.delete(cart.id)
      settled.resolve({ outcome: 'overloaded' })
    }
    if (!this.#isRunning && this.#waiting.length === 0) this.#whenIdle?.resolve()
  }
}
