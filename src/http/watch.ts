/**
 * Small reads on a slow timer: how the servers are, how far the index lags. Never in the path of a request or
 * a probe: a readiness that asks servers takes every process out of the rotation at once (operations 5.1).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Metrics } from '../telemetry/metrics.ts'
import type { ProcessState } from './state.ts'

/** Resolves when the server answers. It need not listen to the signal: it is not waited for any longer then. */
export type Check = (signal: AbortSignal) => Promise<unknown>

/** A server that has not answered after this is down. */
const CHECK_TIMEOUT_MS = 1_500

/**
 * Repeat `work` until `signal` aborts: again `everyMs` after the end of the run before, so runs never pile up.
 */
export async function repeat(everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work()
    await pause(everyMs, signal)
  }
}

/** One look at every server. */
export async function checkDependencies(
  state: ProcessState,
  checks: Readonly<Record<string, Check>>,
  stop: AbortSignal,
): Promise<void> {
  await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      const late = new AbortController()
      const signal = AbortSignal.any([stop, late.signal])
      const patience = pause(CHECK_TIMEOUT_MS, signal).then(down)
      state.dependencies.set(name, await Promise.race([check(signal).then(up, down), patience]))
      late.abort()
    }),
  )
}

/** Set `index_lag_seconds`; NaN, which no alert takes for small, where it cannot be read. */
export async function recordLag(readLagSeconds: () => Promise<number>, metrics: Metrics): Promise<void> {
  metrics.set('index_lag_seconds', await readLagSeconds().catch(() => Number.NaN))
}

const up = () => 'up' as const
const down = () => 'down' as const

/** Wait, or less when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown
  })
}
