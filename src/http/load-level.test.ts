import { expect, test } from 'vitest'
import { CALM, type LoadLevel, type LoadSample, type LoadState, nextLoadLevel } from './load-level.ts'

const busy = (utilisation: number, delayMs = 0): LoadSample => ({ utilisation, delayMs })
const at = (level: LoadLevel): LoadState => ({ ...CALM, level })

/** The level after the same sample so many times. */
function after(state: LoadState, sample: LoadSample, times: number): LoadLevel {
  let next = state
  for (let i = 0; i < times; i++) next = nextLoadLevel(next, sample)
  return next.level
}

test.each([
  // from, utilisation, delay ms, samples, to
  [0, 0.79, 1_000, 100, 0],
  [0, 1, 49, 100, 0],
  [0, 0.8, 50, 1, 0],
  [0, 0.8, 50, 2, 1],
  [0, 0.8, 1_000, 100, 1],
  [1, 0.9, 100, 2, 2],
  [1, 0.9, 99, 100, 1],
  [2, 0.95, 200, 2, 3],
  [2, 0.95, 199, 100, 2],
  [0, 1, 1_000, 5, 2],
  [0, 1, 1_000, 6, 3],
  [3, 1, 1_000, 100, 3],
  [3, 0.87, 100, 100, 3],
  [3, 0.86, 100, 7, 3],
  [3, 0.86, 100, 8, 2],
  [3, 1, 99, 100, 2],
  [2, 0.81, 1_000, 100, 1],
  [1, 0.72, 25, 100, 1],
  [1, 0.71, 1_000, 8, 0],
  [3, 0, 0, 24, 0],
] as const)(
  'from load level %i, utilisation %d and delay %i ms for %i samples lead to %i',
  (from, utilisation, delay, times, to) => {
    expect(after(at(from), busy(utilisation, delay), times)).toBe(to)
  },
)

test('one busy sample between calm ones sheds nothing', () => {
  let state = CALM
  for (let i = 0; i < 50; i++) state = nextLoadLevel(state, busy(i % 2 === 0 ? 1 : 0.5, 1_000))
  expect(state.level).toBe(0)
})

test('load between the two thresholds of a level keeps it, so that it does not swing', () => {
  for (const level of [0, 1] as const) expect(after(at(level), busy(0.75, 40), 1_000)).toBe(level)
})
