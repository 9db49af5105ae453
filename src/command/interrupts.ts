/**
 * SIGINT and SIGTERM as one AbortSignal; a second one ends the process at once, for people who will not wait.
 */

/** Exit code of a process that a second signal ended: 128 + SIGINT. */
const EXIT_INTERRUPTED = 130

/** Aborted by the first SIGINT or SIGTERM of this process. Call once, in an entry file. */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED)
      controller.abort(new Error(`stopped by ${name}`))
    })
  }
  return controller.signal
}
