/** Waiting in tests: for a condition, with a deadline. No test sleeps for a fixed time. */
import { setTimeout as sleep } from 'node:timers/promises'

export type WaitForOptions = {
  /** Generous: it bounds a failure, it does not measure. */
  readonly deadlineMs?: number
  readonly everyMs?: number
}

/**
 * Ask until the answer is neither undefined, null nor false. An ask that throws counts as "not yet".
 * @param what shown when it does not come true
 * @throws Error at the deadline, with the last answer or error
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T> | T,
  { deadlineMs = 10_000, everyMs = 25 }: WaitForOptions = {},
): Promise<Exclude<T, undefined | null | false>> {
  const endsAt = performance.now() + deadlineMs
  let last: unknown
  while (true) {
    try {
      const answer = await ask()
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as Exclude<T, undefined | null | false>
      }
      last = answer
    } catch (thrown) {
      last = thrown
    }
    if (performance.now() > endsAt) {
      throw new Error(`${what}: not within ${deadlineMs} ms; last: ${String(last)}`, { cause: last })
    }
    await sleep(everyMs)
  }
}
