/** The seed of a random test: printed, so that a failure can be repeated, and taken from the environment then. */

/** The seed given as AISLE_TEST_SEED, or one of this moment. */
export function chooseSeed(what: string): number {
  const seed = Number(process.env['AISLE_TEST_SEED'] ?? Date.now() % 1_000_000_007)
  say(`${what}: AISLE_TEST_SEED=${seed}`)
  return seed
}

/** A line of the test's output that belongs to no assertion. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
