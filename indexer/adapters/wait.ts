/** Waiting that always ends: by time, by a wake-up, or by the signal. */
import { setTimeout as delay } from 'node:timers/promises'

/** @throws AbortError when the signal is aborted first */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal })
}

/** A bell: `wait` returns at once when it rang since the last wait. One waiter at a time. */
export type Bell = {
  ring(): void
  /** @throws the signal's reason when it is aborted first */
  wait(maxMs: number, signal: AbortSignal): Promise<void>
}

export function createBell(): Bell {
  let hasRung = false
  let wakeUp: (() => void) | null = null
  return {
    ring() {
      hasRung = true
      wakeUp?.()
    },
    async wait(maxMs, signal) {
      signal.throwIfAborted()
      if (!hasRung) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wakeUp = resolve
        const timer = setTimeout(resolve, maxMs)
        signal.addEventListener('abort', resolve as () => void, { once: true })
        await promise
        clearTimeout(timer)
        signal.removeEventListener('abort', resolve as () => void)
        wakeUp = null
        signal.throwIfAborted()
      }
      hasRung = false
    },
  }
}

/** Wait until `condition` holds, looking every `everyMs`. @throws the signal's reason */
export async function until(condition: () => boolean, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!condition()) await sleep(everyMs, signal)
}

/**
 * The promise, or the end of waiting for it.
 * @throws the signal's reason when it is aborted before the promise settles
 */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
