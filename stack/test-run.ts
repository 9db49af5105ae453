/**
 * `npm test`, `npm run check`, `npm run soak`: types, lint and tests, each run to its end even when an earlier
 * one failed, and one plain line with the counts as the very last thing.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { EXIT } from '../src/command/command.ts'
import { messageOf } from '../src/errors.ts'
import { SUMMARY_FILE, type Summary } from '../test/support/summary-reporter.ts'
import { FOLLOW_STDIN, interrupts } from './keeper.ts'
import { clearRemains } from './remains.ts'
import { CHECKOUT, stateFolder } from './state.ts'
import { canInstall, installPackage, onPath } from './system-package.ts'
import { say } from './wait.ts'

const HELP = `npm test -- [options] [FILTER...]      everything, with the servers it needs
npm run check -- [options] [FILTER...]  types, lint and the tests that need no servers
npm run soak -- [options] [FILTER...]   the long forms of the fault tests

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

type Mode = 'all' | 'quick' | 'soak'
type Step = {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Record<string, string>
}

/** Programs that the locked packages bring. */
const BIN = join(CHECKOUT, 'node_modules', '.bin')

function steps(mode: Mode, filters: readonly string[]): Step[] {
  const tests = (projects: readonly string[], env: Record<string, string> = {}): Step => ({
    name: 'tests',
    command: [join(BIN, 'vitest'), 'run', ...projects.flatMap((name) => ['--project', name]), ...filters],
    env,
  })
  if (mode === 'soak') return [tests(['serial'], { AISLE_TEST_SOAK: '1' })]
  return [
    { name: 'types', command: [join(BIN, 'tsc'), '--noEmit', '--project', CHECKOUT] },
    // The scripts of the pages know a document instead of Node.
    { name: 'types of the pages', command: [join(BIN, 'tsc'), '--project', join(CHECKOUT, 'web/browser')] },
    { name: 'lint', command: [join(BIN, 'biome'), 'check', '--error-on-warnings', CHECKOUT] },
    tests(mode === 'quick' ? ['unit'] : ['unit', 'integration', 'serial']),
  ]
}

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
  await clearRemains(join(stateFolder(process.env), 'test'), say)
  if (mode === 'all') await installChromium(signal)
  rmSync(SUMMARY_FILE, { force: true })
  const failed: string[] = []
  for (const step of steps(mode, positionals)) {
    if (signal.aborted) break
    const startedAt = performance.now()
    const code = await run(step, signal)
    say(
      `${step.name}: ${code === 0 ? 'good' : 'FAILED'} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`,
    )
    if (code !== 0) failed.push(step.name)
  }
  const { passed, failures, skipped } = counts(failed)
  if (failed.length > 0) say(`failed: ${failed.join(', ')}`)
  process.stdout.write(`${passed} passed, ${failures} failed, ${skipped} skipped\n`)
  if (signal.aborted) return EXIT.stopped
  return failures === 0 ? EXIT.done : EXIT.differences
}

/** A failed step counts as one failure, unless it is the tests and they have counted their own. */
function counts(failed: readonly string[]): { passed: number; failures: number; skipped: number } {
  const summary: Summary = existsSync(SUMMARY_FILE)
    ? (JSON.parse(readFileSync(SUMMARY_FILE, 'utf8')) as Summary)
    : { passed: 0, failed: 0, skipped: 0 }
  const others = failed.filter((name) => name !== 'tests' || summary.failed === 0).length
  return { passed: summary.passed, failures: summary.failed + others, skipped: summary.skipped }
}

/** The browser tests need Chromium; only root on Debian may fetch it, elsewhere they are skipped by name. */
async function installChromium(signal: AbortSignal): Promise<void> {
  if (onPath(['chromium', 'chromium-browser', 'google-chrome'], process.env) || !canInstall(process.env))
    return
  try {
    await installPackage('chromium', { env: process.env, say, signal })
  } catch (thrown) {
    say(`${messageOf(thrown)}\nthe browser tests will be skipped`)
  }
}

/** Run a step in this process's group, so that the launcher can end whatever is left of it. */
async function run(step: Step, signal: AbortSignal): Promise<number> {
  const [command = '', ...args] = step.command
  const child = spawn(command, args, {
    cwd: CHECKOUT,
    env: { ...process.env, ...step.env },
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
    killSignal: 'SIGTERM',
  })
  return await new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid === undefined) say(`${step.name}: ${messageOf(error)}`)
      if (child.pid === undefined) resolve(EXIT.preflight)
    })
    child.once('exit', (code) => resolve(code ?? EXIT.stopped))
  })
}

try {
  process.exitCode = await main()
} catch (thrown) {
  console.error(messageOf(thrown))
  process.stdout.write('0 passed, 1 failed, 0 skipped\n')
  process.exitCode = EXIT.differences
}
process.exit()
