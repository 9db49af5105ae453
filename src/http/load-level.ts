/**
 * How much of its work a process takes on, by how busy its event loop is: shedding before collapse (operations
 * design 4.3). A queue before a busy loop is the real fault, because not even its timers fire in time.
 *
 * | level | taken off | up when utilisation and delay p99 reach | down when one is below |
 * |---|---|---|---|
 * | 1 | loads in place of an answer that is past its lifetime and not invalidated | 0.80, 50 ms | 0.72, 25 ms |
 * | 2 | suggest | 0.90, 100 ms | 0.82, 50 ms |
 * | 3 | search and items that are not in memory | 0.95, 200 ms | 0.87, 100 ms |
 *
 * Both, because a loop that is always busy may still be in time: beside others on two cores, utilisation alone refused
 * suggestions of a process whose answers took 10 ms. Up by one level after two samples in a row (500 ms: one long
 * garbage collection is no overload), down by one after two seconds.
 */

export type LoadLevel = 0 | 1 | 2 | 3

/** What was measured since the sample before. */
export type LoadSample = {
  /** Share of the time that the event loop had something to do, 0..1. */
  readonly utilisation: number
  /** How late timers fire, 99th percentile, ms. */
  readonly delayMs: number
}

export type LoadState = {
  readonly level: LoadLevel
  /** Samples in a row that asked for more, and for less, than this level. */
  readonly above: number
  readonly below: number
}

export const CALM: LoadState = { level: 0, above: 0, below: 0 }

/** Time between two samples, ms. */
export const SAMPLE_EVERY_MS = 250

/** For each level the sample that leads to it, and the one below which it ends. */
const LEVELS: readonly { readonly up: LoadSample; readonly down: LoadSample }[] = [
  { up: { utilisation: 0.8, delayMs: 50 }, down: { utilisation: 0.72, delayMs: 25 } },
  { up: { utilisation: 0.9, delayMs: 100 }, down: { utilisation: 0.82, delayMs: 50 } },
  { up: { utilisation: 0.95, delayMs: 200 }, down: { utilisation: 0.87, delayMs: 100 } },
]
const SAMPLES_UP = 2
const SAMPLES_DOWN = 8

/** The state after one more sample. Source: two thresholds, O. H. Schmitt, 1938, doi:10.1088/0950-7671/15/1/305. */
export function nextLoadLevel(state: LoadState, sample: LoadSample): LoadState {
  const { level } = state
  if (level < 3 && reaches(sample, level)) {
    const above = state.above + 1
    return above >= SAMPLES_UP ? at((level + 1) as LoadLevel) : { level, above, below: 0 }
  }
  if (level > 0 && isCalmFor(sample, level)) {
    const below = state.below + 1
    return below >= SAMPLES_DOWN ? at((level - 1) as LoadLevel) : { level, above: 0, below }
  }
  return at(level)
}

const at = (level: LoadLevel): LoadState => ({ level, above: 0, below: 0 })

/** Whether a sample reaches the threshold above this level. */
function reaches(sample: LoadSample, level: LoadLevel): boolean {
  const up = LEVELS[level]?.up
  return up !== undefined && sample.utilisation >= up.utilisation && sample.delayMs >= up.delayMs
}

function isCalmFor(sample: LoadSample, level: LoadLevel): boolean {
  const down = LEVELS[level - 1]?.down
  return down === undefined || sample.utilisation < down.utilisation || sample.delayMs < down.delayMs
}
