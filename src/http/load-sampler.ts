/** Measures how busy this process is and keeps its load level. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Metrics } from '../telemetry/metrics.ts'
import { CALM, type LoadLevel, nextLoadLevel, SAMPLE_EVERY_MS } from './load-level.ts'

export type LoadSampler = { level(): LoadLevel; stop(): void }

/** The delay of a timer is measured in steps of this, ms, and contains it. */
const RESOLUTION_MS = 10
const NS_PER_MS = 1e6

/** Begin to measure; the metric `load_level` follows. */
export function startLoadSampler(metrics: Metrics): LoadSampler {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  let state = CALM
  let last = performance.eventLoopUtilization()
  metrics.set('load_level', state.level)
  const sample = () => {
    const now = performance.eventLoopUtilization()
    const { utilization: utilisation } = performance.eventLoopUtilization(now, last)
    const delayMs = Math.max(0, delay.percentile(99) / NS_PER_MS - RESOLUTION_MS)
    last = now
    delay.reset()
    state = nextLoadLevel(state, { utilisation, delayMs })
    metrics.set('load_level', state.level)
  }
  const timer = setInterval(sample, SAMPLE_EVERY_MS).unref()
  return {
    level: () => state.level,
    stop() {
      clearInterval(timer)
      delay.disable()
    },
  }
}
