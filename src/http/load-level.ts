/**
 * How much of its work a process takes on, by how busy its event loop is: shedding before collapse (operations
 * design 4.3). A queue before a busy loop is the real fault, because not even its timers fire in time.
 *
 * | level | taken off | up when utilisation or delay p99 reaches | down when both are |
 * |---|---|---|---|
 * | 1 | fresh loads where an older answer may stand in | 0.80, 100 ms | below 0.72, 50 ms |
 * | 2 | suggest | 0.90, 200 ms | below 0.82, 100 ms |
 * | 3 | search and items that are not in memory | 0.95, 400 ms | below 0.87, 200 ms |
 *
 * Up by one level after two samples in a row (500 ms: one long garbage collection is no overload), down by one after
 * two seconds. Up at once would refuse shoppers for a hiccup; down at once would swing.
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
  { up: { utilisation: 0.8, delayMs: 100 }, down: { utilisation: 0.72, delayMs: 50 } },
  { up: { utilisation: 0.9, delayMs: 200 }, down: { utilisation: 0.82, delayMs: 100 } },
  { up: { utilisation: 0.95, delayMs: 400 }, down: { utilisation: 0.87, delayMs: 200 } },
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
  return up !== undefined && (sample.utilisation >= up.utilisation || sample.delayMs >= up.delayMs)
}

function isCalmFor(sample: LoadSample, level: LoadLevel): boolean {
  const down = LEVELS[level - 1]?.down
  return down === undefined || (sample.utilisation < down.utilisation && sample.delayMs < down.delayMs)
}
