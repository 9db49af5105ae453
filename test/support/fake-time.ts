/** Time that stands still until a test moves it, with timers that fire in order and one microtask round after each. */
import type { SetTimer } from '../../src/orders/coalescer.ts'

export type FakeTime = {
  readonly clock: () => number
  readonly setTimer: SetTimer
  /** Timers that would still fire. */
  pending(): number
  /** Move on by `ms`, firing what is due on the way. */
  pass(ms: number): Promise<void>
  /** Let everything happen that needs no time. */
  settle(): Promise<void>
}

export function fakeTime(): FakeTime {
  let now = 0
  let order = 0
  const timers = new Map<number, { readonly at: number; readonly run: () => void }>()
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve))
  const nextDue = (until: number) =>
    [...timers].filter(([, timer]) => timer.at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0]
  return {
    clock: () => now,
    setTimer(run, ms) {
      order += 1
      const id = order
      timers.set(id, { at: now + Math.max(0, ms), run })
      return () => {
        timers.delete(id)
      }
    },
    pending: () => timers.size,
    settle,
    async pass(ms) {
      const until = now + ms
      for (let due = nextDue(until); due; due = nextDue(until)) {
        timers.delete(due[0])
        now = due[1].at
        due[1].run()
        await settle()
      }
      now = until
      await settle()
    },
  }
}
