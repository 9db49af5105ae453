/** The steps of a test run, and how one is run. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT } from '../src/command/command.ts'
import { messageOf } from '../src/errors.ts'
import type { Env } from './paths.ts'
import { CHECKOUT } from './state.ts'
import { canInstall, installPackage, onPath } from './system-package.ts'
import { say } from './wait.ts'

/** `npm test`, `npm run check`, `npm run soak`. */
export type Mode = 'all' | 'quick' | 'soak'

export type Step = {
  readonly name: string
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Programs that the locked packages bring. */
const BIN = join(CHECKOUT, 'node_modules', '.bin')

/** Steps that need no servers, so that these can start meanwhile. */
export function checkSteps(): Step[] {
  return [
    { name: 'types', command: [join(BIN, 'tsc'), '--noEmit', '--project', CHECKOUT] },
    // The scripts of the pages know a document instead of Node.
    { name: 'types of the pages', command: [join(BIN, 'tsc'), '--project', join(CHECKOUT, 'web/browser')] },
    { name: 'lint', command: [join(BIN, 'biome'), 'check', '--error-on-warnings', CHECKOUT] },
  ]
}

/** @param hasServers without them only the unit tests can run. @param filters parts of paths of test files */
export function testStep(mode: Mode, hasServers: boolean, filters: readonly string[]): Step {
  const projects = hasServers ? ['unit', 'integration', 'serial'] : ['unit']
  const files = mode === 'soak' && filters.length === 0 ? longForms() : filters
  return {
    name: 'tests',
    command: [join(BIN, 'vitest'), 'run', ...projects.flatMap((name) => ['--project', name]), ...files],
    ...(mode === 'soak' ? { env: { AISLE_TEST_SOAK: '1' } } : {}),
  }
}

/** Test files that have a long form: they ask whether this is a soak. */
export function longForms(): string[] {
  const files = readdirSync(join(CHECKOUT, 'test'), { recursive: true, encoding: 'utf8' })
  const tests = files.filter((file) => file.endsWith('.test.ts')).map((file) => join('test', file))
  return tests.filter((file) => IS_ASKED.test(readFileSync(join(CHECKOUT, file), 'utf8'))).sort()
}

const IS_ASKED = /\bIS_SOAK\b/

/** What some tests need of the system: Debian's package, the programs that do, the tests skipped without it. */
const PACKAGES = [
  { name: 'chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'], tests: 'browser tests' },
  { name: 'haproxy', programs: ['haproxy'], tests: 'tests behind the load balancer' },
] as const

/** Only root on Debian may fetch them; elsewhere the tests that need them are skipped by name. */
export async function installPackages(env: Env, signal: AbortSignal): Promise<void> {
  for (const { name, programs, tests } of PACKAGES) {
    const isThere = () => onPath(programs, env) !== null
    if (isThere() || !canInstall(env)) continue
    try {
      await installPackage(name, { env, say, signal }, isThere)
    } catch (thrown) {
      say(`${messageOf(thrown)}\nthe ${tests} will be skipped`)
    }
  }
}

/** Run a step in this process's group, so that the launcher can end whatever is left of it. */
export async function runStep(step: Step, env: Env, signal: AbortSignal): Promise<number> {
  const [command = '', ...args] = step.command
  const child = spawn(command, args, {
    cwd: CHECKOUT,
    env: { ...env, ...step.env },
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
