/**
 * A value that is loaded again when it is older than a bound. One load at a time serves every caller; a load that
 * fails or takes too long leaves the last known value in use, so that one slow server does not stop the others.
 */

/** `value` is undefined when nothing was ever loaded; `isLate`: it is older than the bound, the source is away. */
export type Refreshed<T> = {
  readonly value: T | undefined
  readonly isLate: boolean
  readonly cause?: unknown
}

export type RefreshOptions<T> = {
  load(): Promise<T>
  /** A value younger than this is used as it is, ms. */
  readonly maxAgeMs: number
  /** A load that takes longer is no longer waited for; it goes on and its value is used when it comes, ms. */
  readonly patienceMs: number
  /** After a failure nothing is tried for this long, ms. */
  readonly pauseMs: number
  /** Monotonic clock, ms. */
  now(): number
}

export function refreshed<T>(options: RefreshOptions<T>): () => Promise<Refreshed<T>> {
  let known: { value: T; at: number } | undefined
  let running: { work: Promise<void>; began: number } | undefined
  let failure: { at: number; cause: unknown } | undefined

  async function load(): Promise<void> {
    const began = options.now()
    try {
      known = { value: await options.load(), at: began }
      failure = undefined
    } catch (thrown) {
      failure = { at: options.now(), cause: thrown }
    } finally {
      running = undefined
    }
  }

  const isFresh = () => known !== undefined && options.now() - known.at < options.maxAgeMs
  const isPaused = () => failure !== undefined && options.now() - failure.at < options.pauseMs

  return async () => {
    if (!isFresh() && !isPaused()) {
      running ??= { work: load(), began: options.now() }
      const left = options.patienceMs - (options.now() - running.began)
      if (left > 0) await atMost(running.work, left)
    }
    return {
      value: known?.value,
      isLate: !isFresh(),
      ...(failure ? { cause: failure.cause } : {}),
    }
  }
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, patience])
  clearTimeout(timer)
}
