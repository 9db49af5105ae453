/**
 * Waiting for a condition, with a deadline and with words for the person who waits: on a terminal a line that
 * counts the seconds, elsewhere one line every 10 s. Nothing waits in silence.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** Between two lines where there is no terminal. */
const PLAIN_LINE_MS = 10_000
const TICK_MS = 200
const CLEAR_LINE = '\r\x1b[K'

/** Says what is going on. The stack of a test run hands in one that writes to a log. */
export type Say = (line: string) => void

export const say: Say = (text) =>
  process.stderr.write(`${process.stderr.isTTY === true ? CLEAR_LINE : ''}${text}\n`)

/**
 * Show `label` and the time so far until `work` settles. What began last is shown: one line, one wait.
 * @returns what `work` gives
 */
export async function withProgress<T>(label: string, work: Promise<T>): Promise<T> {
  const wait = { label, startedAt: performance.now() }
  waits.push(wait)
  line ??= setInterval(showLast, process.stderr.isTTY === true ? TICK_MS : PLAIN_LINE_MS)
  try {
    return await work
  } finally {
    waits.splice(waits.indexOf(wait), 1)
    if (process.stderr.isTTY === true) process.stderr.write(CLEAR_LINE)
    if (waits.length === 0) {
      clearInterval(line)
      line = undefined
    }
  }
}

/** There is one terminal, and so one list of waits of this process. */
const waits: { readonly label: string; readonly startedAt: number }[] = []
let line: NodeJS.Timeout | undefined

function showLast(): void {
  const last = waits.at(-1)
  if (!last) return
  const text = `${last.label} ... ${((performance.now() - last.startedAt) / 1000).toFixed(1)} s`
  process.stderr.write(process.stderr.isTTY === true ? `${CLEAR_LINE}${text}` : `${text}\n`)
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
