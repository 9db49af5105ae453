/**
 * A value that is loaded again when it is older than a bound. One load at a time serves every caller; a load that
 * fails or takes too long leaves the last known value in use, so that one slow server does not stop the others.
 */

/** `value` is undefined when nothing was ever loaded. */
export type Refreshed<T> = {
  readonly value: T | undefined
  /** The source is away: the last load failed, or none has come for `LATE_FACTOR` times the bound. */
  readonly isLate: boolean
  /** Why the last load failed. */
  readonly cause?: unknown
}

export type RefreshOptions<T> = {
  load(): Promise<T>
  /** A value younger than this is used as it is, ms. */
  readonly maxAgeMs: number
  /** A load that takes longer is no longer waited for; it goes on and its value is used when it comes, ms. */
  readonly patienceMs: number
  /** The same while there is no value at all to go on with, ms; without it `FIRST_FACTOR` times as long. */
  readonly firstPatienceMs?: number
  /** After a failure nothing is tried for this long, ms. */
  readonly pauseMs: number
  /** Monotonic clock, ms. */
  now(): number
}

/**
 * Of what search needs before it can begin: past `patienceMs` the last known value serves, and two such waits fit into
 * the deadline of suggest.
 */
export const BEFORE_SEARCH = { patienceMs: 100, firstPatienceMs: 900, pauseMs: 1_000 } as const
/** Its loads end by themselves after this, ms. */
export const LOAD_LIMIT_MS = 5_000

/** A load that is merely slow does not make its source "away". */
const LATE_FACTOR = 3
/** Without any value there is nothing to go on with: the wait is longer by this factor. */
const FIRST_FACTOR = 3

/** @returns a function that gives the value; it throws only the signal's reason */
export function refreshed<T>(options: RefreshOptions<T>): (signal?: AbortSignal) => Promise<Refreshed<T>> {
  const { maxAgeMs, patienceMs, pauseMs, now } = options
  const firstPatienceMs = options.firstPatienceMs ?? patienceMs * FIRST_FACTOR
  let known: { value: T; at: number } | undefined
  let running: { work: Promise<void>; began: number } | undefined
  let failure: { at: number; cause: unknown } | undefined

  async function load(): Promise<void> {
    const began = now()
    try {
      known = { value: await options.load(), at: began }
      failure = undefined
    } catch (thrown) {
      failure = { at: now(), cause: thrown }
    } finally {
      running = undefined
    }
  }

  const age = () => (known === undefined ? Number.POSITIVE_INFINITY : now() - known.at)
  const isPaused = () => failure !== undefined && now() - failure.at < pauseMs

  return async (signal) => {
    signal?.throwIfAborted()
    if (age() >= maxAgeMs && !isPaused()) {
      running ??= { work: load(), began: now() }
      const patience = known === undefined ? firstPatienceMs : patienceMs
      await atMost(running.work, patience - (now() - running.began), signal)
      signal?.throwIfAborted()
    }
    return {
      value: known?.value,
      isLate: age() >= maxAgeMs && (failure !== undefined || age() >= maxAgeMs * LATE_FACTOR),
      ...(failure ? { cause: failure.cause } : {}),
    }
  }
}

/** Wait for work, but no longer than this, and not when the signal aborts. */
async function atMost(work: Promise<void>, ms: number, signal: AbortSignal | undefined): Promise<void> {
  if (ms <= 0) return
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const stop = () => resolve()
  const timer = setTimeout(stop, ms)
  signal?.addEventListener('abort', stop, { once: true })
  await Promise.race([work, over])
  clearTimeout(timer)
  signal?.removeEventListener('abort', stop)
}
