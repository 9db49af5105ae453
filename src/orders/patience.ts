/** Waiting for something that goes on when nobody waits any more. */
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Wait until `work` has ended, but at most `ms`.
 * @param onLateError told how it failed after that
 * @throws what `work` throws while it is waited for
 */
export async function patiently(
  ms: number,
  work: Promise<unknown>,
  onLateError: (error: unknown) => void,
): Promise<void> {
  const waiting = new AbortController()
  const ended = work.catch((thrown: unknown) => {
    if (!waiting.signal.aborted) throw thrown
    onLateError(thrown)
  })
  const patience = pause(ms, undefined, { signal: waiting.signal }).catch(() => undefined) // no longer needed
  try {
    await Promise.race([ended, patience])
  } finally {
    waiting.abort()
  }
}
