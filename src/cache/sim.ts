/**
 * `node src/cache/sim.ts`: the cache protocol with faults, in simulated time, and a histogram of how stale answers
 * were. A way to see what the protocol promises, and what a change of it would do.
 */
import { type Command, EXIT, type Parsed, runProgram } from '../command/command.ts'
import { interruptSignal } from '../command/interrupts.ts'
import { startProgress } from '../command/progress.ts'
import { ExitError } from '../errors.ts'
import { LEASE_MS } from './lease.ts'
import { type Found, SIMULATED_FAULTS, type SimulatedFault, SimulatedShop } from './simulated-shop.ts'
import { randomBy } from './simulated-time.ts'

/** Simulated in one go between two looks at the progress, ms. */
const STEP_MS = 1_000
/** The lease, and the time of a load that had just begun. */
const BOUND_MS = LEASE_MS + 15
/** Upper ends of the rows of the histogram, ms. */
const ROWS_MS = [100, 250, 500, 750, 1_000, 1_250, BOUND_MS, 3_000, Number.POSITIVE_INFINITY]
const BAR_WIDTH = 40

const simulate: Command = {
  name: 'src/cache/sim.ts',
  about:
    'Three nodes, a publisher and a Redis in simulated time, with faults; prints how stale answers were. ' +
    'Needs no server.',
  options: {
    seconds: { type: 'string', value: 'N', about: 'Simulated time', fallback: '60' },
    seed: { type: 'string', value: 'N', about: 'The same seed gives the same run', fallback: '1' },
    faults: {
      type: 'string',
      value: 'LIST',
      about: 'Which of them happen, or none',
      fallback: SIMULATED_FAULTS.join(','),
    },
    'lease-from-seq': {
      type: 'boolean',
      about: "Break the protocol: take the lease from Redis's own sequence, not from heartbeats",
    },
  },
  exits: { [EXIT.differences]: `an answer was staler than ${BOUND_MS} ms`, [EXIT.stopped]: 'interrupted' },
  examples: ['node src/cache/sim.ts', 'node src/cache/sim.ts --lease-from-seq --faults stalled-publisher'],
  run: simulated,
}

async function simulated(args: Parsed, signal: AbortSignal): Promise<number> {
  const seconds = args.integer('seconds', 1)
  const seed = args.integer('seed', 0)
  const shop = new SimulatedShop({
    random: randomBy(seed),
    faults: faultsOf(args.text('faults') ?? ''),
    isLeaseFromSeq: args.flag('lease-from-seq'),
  })
  const progress = startProgress('simulate', seconds, 's')
  for (let second = 1; second <= seconds && !signal.aborted; second++) {
    await shop.run(STEP_MS, signal)
    progress.update(second)
  }
  progress.stop()
  process.stdout.write(`${report(shop.found, shop.nowMs, seed)}\n`)
  if (signal.aborted) return EXIT.stopped
  return shop.found.staleMs.some((ms) => ms > BOUND_MS) ? EXIT.differences : EXIT.done
}

function faultsOf(text: string): SimulatedFault[] {
  const given = text === 'none' ? [] : text.split(',')
  const known: readonly string[] = SIMULATED_FAULTS
  const unknown = given.find((name) => !known.includes(name))
  if (unknown === undefined) return given as SimulatedFault[]
  throw new ExitError(EXIT.usage, `--faults: no fault ${JSON.stringify(unknown)}; known: ${known.join(', ')}`)
}

function report({ reads, hits, staleMs, faults }: Found, nowMs: number, seed: number): string {
  const worst = staleMs.reduce((most, ms) => Math.max(most, ms), 0)
  const happened = Object.entries(faults).map(([name, times]) => `${name} ${times}`)
  const percent = (part: number) => `${((100 * part) / Math.max(1, reads)).toFixed(2)} %`
  return [
    `${Math.round(nowMs / 1_000)} s, seed ${seed}: ${reads} answers, ${percent(hits)} from the cache`,
    `faults: ${happened.join(', ')}`,
    '',
    'Added staleness of answers:',
    `${'fresh'.padStart(14)}  ${String(reads - staleMs.length).padStart(8)}  ${percent(reads - staleMs.length)}`,
    ...histogram(staleMs, percent),
    '',
    `at worst ${Math.round(worst)} ms; the bound is ${BOUND_MS} ms`,
  ].join('\n')
}

/** Rows beyond the bound are marked. */
function histogram(staleMs: readonly number[], percent: (part: number) => string): string[] {
  const counts = ROWS_MS.map(
    (end, i) => staleMs.filter((ms) => ms <= end && ms > (ROWS_MS[i - 1] ?? Number.NEGATIVE_INFINITY)).length,
  )
  const most = Math.max(1, ...counts)
  return ROWS_MS.map((end, i) => {
    const count = counts[i] ?? 0
    const label = Number.isFinite(end) ? `up to ${end} ms` : 'longer'
    const bar = (end > BOUND_MS ? '!' : '#').repeat(Math.ceil((BAR_WIDTH * count) / most))
    return `${label.padStart(14)}  ${String(count).padStart(8)}  ${percent(count).padStart(7)}  ${bar}`.trimEnd()
  })
}

process.exitCode = await runProgram(
  'node',
  'The cache protocol in simulated time.',
  [simulate],
  [simulate.name, ...process.argv.slice(2)],
  interruptSignal(),
)
