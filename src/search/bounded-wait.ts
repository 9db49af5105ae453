/** A wait that ends with its caller's, or by itself. */

export type BoundedWait = {
  /** Aborts with the reason of the caller's signal, or with a `TimeoutError` when the time is over. */
  readonly signal: AbortSignal
  /** Let go of the timer and of the caller. What `AbortSignal.timeout` makes lives until its time is over. */
  end(): void
}

/** @param ms longest wait */
export function waitAtMost(ms: number, caller: AbortSignal): BoundedWait {
  const bound = new AbortController()
  const timer = setTimeout(() => bound.abort(new DOMException(`waited ${ms} ms`, 'TimeoutError')), ms)
  const leave = () => bound.abort(caller.reason)
  caller.addEventListener('abort', leave, { once: true })
  if (caller.aborted) leave()
  return {
    signal: bound.signal,
    end() {
      clearTimeout(timer)
      caller.removeEventListener('abort', leave)
    },
  }
}
