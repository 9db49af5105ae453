/**
 * `npm test`, `npm run check`, `npm run soak`: types, lint and tests, each run to its end even when an earlier
 * one failed, and one plain line with the counts as the very last thing.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { EXIT } from '../src/command/command.ts'
import { messageOf } from '../src/errors.ts'
import { SUMMARY_FILE, type Summary } from '../test/support/summary-reporter.ts'
import { FOLLOW_STDIN, interrupts } from './keeper.ts'
import { clearRemains } from './remains.ts'
import { isKept, readStack, stateFolder } from './state.ts'
import { areContainersUsed, startTestStack, type TestStack, testStateFolder } from './test-stack.ts'
import { checkSteps, installPackages, type Mode, runStep, type Step, testStep } from './test-steps.ts'
import { say } from './wait.ts'

const HELP = `npm test -- [options] [FILTER...]      everything, with the servers it needs
npm run check -- [options] [FILTER...]  types, lint and the tests that need no servers
npm run soak -- [options] [FILTER...]   the long forms of the tests that have one

Options:
  FILTER   Only test files whose path contains one of these
  --help   Show this help

What this machine cannot do (a browser, a container engine, data that is not there) is skipped by name, and
counted. The last line is always "N passed, N failed, N skipped".

Exit codes:
  0    nothing failed
  1    something failed, or could not be started
  2    the command line is wrong
  130  stopped`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      quick: { type: 'boolean' },
      soak: { type: 'boolean' },
      [FOLLOW_STDIN]: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(HELP)
    return EXIT.done
  }
  const { signal } = interrupts(values[FOLLOW_STDIN] === true, say)
  const mode: Mode = values.quick ? 'quick' : values.soak ? 'soak' : 'all'
  await clearRemains(testStateFolder(process.env), say)
  rmSync(SUMMARY_FILE, { force: true })
  const failed = await runAll(mode, positionals, signal)
  if (failed.length > 0) say(`failed: ${failed.join(', ')}`)
  const { passed, failures, skipped } = counts(failed)
  process.stdout.write(`${passed} passed, ${failures} failed, ${skipped} skipped\n`)
  if (signal.aborted) return EXIT.stopped
  return failures === 0 ? EXIT.done : EXIT.differences
}

/** Servers start while types and lint run. @returns names of the steps that failed */
async function runAll(mode: Mode, filters: readonly string[], signal: AbortSignal): Promise<string[]> {
  const failed: string[] = []
  const run = async (step: Step) => {
    if (signal.aborted) return
    const startedAt = performance.now()
    const code = await runStep(step, process.env, signal)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    say(`${step.name}: ${code === 0 ? 'good' : 'FAILED'} (${seconds} s)`)
    if (code !== 0) failed.push(step.name)
  }
  const stack = mode === 'quick' || (await hasOtherServers()) ? null : startTestStack(process.env)
  try {
    if (mode === 'all') await installPackages(process.env, signal)
    if (mode !== 'soak') for (const step of checkSteps()) await run(step)
    const hasServers = mode !== 'quick' && (await areUp(stack))
    if (mode !== 'quick' && !hasServers) failed.push('servers')
    await run(testStep(mode, hasServers, filters))
  } finally {
    await stack?.stop()
  }
  return failed
}

/** A stack that a developer keeps up is used as it is; containers are started by the tests themselves. */
async function hasOtherServers(): Promise<boolean> {
  const kept = readStack(stateFolder(process.env))
  return (kept?.urls != null && isKept(kept)) || (await areContainersUsed(process.env))
}

async function areUp(stack: TestStack | null): Promise<boolean> {
  try {
    await stack?.up()
    return true
  } catch (thrown) {
    say(messageOf(thrown))
    return false
  }
}

/** A failed step counts as one failure, unless it is the tests and they have counted their own. */
function counts(failed: readonly string[]): { passed: number; failures: number; skipped: number } {
  const summary: Summary = existsSync(SUMMARY_FILE)
    ? (JSON.parse(readFileSync(SUMMARY_FILE, 'utf8')) as Summary)
    : { passed: 0, failed: 0, skipped: 0 }
  const others = failed.filter((name) => name !== 'tests' || summary.failed === 0).length
  return { passed: summary.passed, failures: summary.failed + others, skipped: summary.skipped }
}

try {
  process.exitCode = await main()
} catch (thrown) {
  console.error(messageOf(thrown))
  process.stdout.write('0 passed, 1 failed, 0 skipped\n')
  process.exitCode = EXIT.differences
}
process.exit()
