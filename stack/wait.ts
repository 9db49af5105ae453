/**
 * Waiting for a condition, with a deadline and with words for the person who waits: on a terminal a line that
 * counts the seconds, elsewhere one line every 10 s. Nothing waits in silence.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** Between two lines where there is no terminal. */
const PLAIN_LINE_MS = 10_000
const TICK_MS = 200

/** Says what is going on. The stack of a test run hands in one that writes to a log. */
export type Say = (line: string) => void

export const say: Say = (line) => process.stderr.write(`${line}\n`)

/**
 * Show `label` and the time so far until `work` settles.
 * @returns what `work` gives
 */
export async function withProgress<T>(label: string, work: Promise<T>): Promise<T> {
  const startedAt = performance.now()
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1)
  const isTerminal = process.stderr.isTTY === true
  const timer = setInterval(
    () =>
      process.stderr.write(
        isTerminal ? `\r\x1b[K${label} ... ${seconds()} s` : `${label} ... ${seconds()} s\n`,
      ),
    isTerminal ? TICK_MS : PLAIN_LINE_MS,
  )
  try {
    return await work
  } finally {
    clearInterval(timer)
    if (isTerminal) process.stderr.write('\r\x1b[K')
  }
}

export type WaitOptions = {
  readonly deadlineMs: number
  readonly everyMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Ask until the answer is not undefined. An ask that throws counts as "not yet"; the last reason is in the error.
 * @throws Error at the deadline, or the reason of `signal`
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  options: WaitOptions,
): Promise<T> {
  const endsAt = performance.now() + options.deadlineMs
  let reason: unknown
  while (true) {
    options.signal?.throwIfAborted()
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (thrown) {
      reason = thrown
    }
    if (performance.now() > endsAt) {
      throw new Error(`${what}: not within ${options.deadlineMs / 1000} s`, { cause: reason })
    }
    await sleep(options.everyMs ?? TICK_MS)
  }
}
