/** Random numbers by seed, for tests that must be able to repeat what they did. */

export { randomBy } from '../../src/cache/simulated-time.ts'

/** One of several. @throws RangeError when there is none */
export function pick<T>(random: () => number, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)]
  if (chosen === undefined) throw new RangeError('nothing to pick from')
  return chosen
}
