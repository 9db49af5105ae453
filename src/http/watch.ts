/**
 * Small reads on a slow timer: how the servers are, how far the index lags. Never in the path of a request or
 * a probe: a readiness that asks servers takes every process out of the rotation at once (operations 5.1).
 */
import type { Metrics } from '../telemetry/metrics.ts'
import type { ProcessState } from './state.ts'

/** Resolves when the server answers. */
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
      const signal = AbortSignal.any([stop, AbortSignal.timeout(CHECK_TIMEOUT_MS)])
      state.dependencies.set(name, await check(signal).then(up, down))
    }),
  )
}

/** Set `index_lag_seconds`; NaN, which no alert compares as small, where it cannot be read. */
export async function recordLag(
  readLagSeconds: (signal: AbortSignal) => Promise<number>,
  metrics: Metrics,
  stop: AbortSignal,
): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(CHECK_TIMEOUT_MS)])
  metrics.set('index_lag_seconds', await readLagSeconds(signal).catch(() => Number.NaN))
}

const up = () => 'up' as const
const down = () => 'down' as const

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => resolve(), { once: true, signal: AbortSignal.timeout(ms + 1_000) })
  return promise.finally(() => clearTimeout(timer))
}
