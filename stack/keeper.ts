/**
 * The process that keeps a stack: it starts the servers, writes the state, and stops everything when it is told
 * to (SIGINT, SIGTERM), told twice (then at once), or when whoever launched it is gone: its standard input is a
 * pipe that only the launcher holds, and the system closes it even when the launcher was killed with SIGKILL.
 * The other way round the launcher (scripts/node.mjs) ends what is left when this process is killed.
 */
import { type ProcessRecord, processState, recordOf, signalProcess } from './process-record.ts'
import type { Say } from './wait.ts'

/** Option of every entry that is launched: standard input is the pipe from the launcher. */
export const FOLLOW_STDIN = 'follow-stdin'

/** npm passes a Ctrl-C on to processes that the terminal has told already: two signals this close are one. */
const SAME_SIGNAL_MS = 500

export type Interrupts = {
  /** Aborted by the first signal, or when the launcher is gone. */
  readonly signal: AbortSignal
  /** Settles at the second signal: stop being polite. */
  readonly secondSignal: Promise<void>
}

/** Listen for reasons to stop. Call once, in an entry file. @param followStdin end with the launcher */
export function interrupts(followStdin: boolean, say: Say): Interrupts {
  const controller = new AbortController()
  const second = Promise.withResolvers<void>()
  let firstAt = 0
  const stop = (reason: string) => {
    if (!controller.signal.aborted) {
      firstAt = performance.now()
      say(`\nstopping: ${reason}`)
      controller.abort(new Error(`stopped: ${reason}`))
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) second.resolve()
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => stop(`${name}; again to stop at once`))
  if (followStdin) {
    process.stdin.resume()
    process.stdin.on('end', () => stop('the launcher has ended'))
    process.stdin.on('error', () => stop('the launcher has ended'))
  }
  return { signal: controller.signal, secondSignal: second.promise }
}

/** Settles when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}

/** Every process that was started, until it is gone; told to `onChange` so that the state on disk is true. */
export class ProcessList {
  readonly #records: ProcessRecord[] = []
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  readonly add = (record: ProcessRecord): void => {
    const gone = this.#records.filter((known) => processState(known) === 'gone')
    for (const known of gone) this.#records.splice(this.#records.indexOf(known), 1)
    this.#records.push(record)
    this.#onChange()
  }

  live(): ProcessRecord[] {
    return this.#records.filter((record) => processState(record) !== 'gone')
  }

  /** At once, without asking. */
  kill(): void {
    for (const record of this.live()) signalProcess(record, 'SIGKILL')
  }
}

/** This process, for the state file. */
export function keeperRecord(): ProcessRecord {
  return recordOf('keeper', process.pid)
}
