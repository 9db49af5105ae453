/**
 * `npm run demo` on the servers of the tests: the shop opens, a process that dies comes back, and nothing is left
 * when the demo is stopped or its launcher killed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { signalProcess } from '../../stack/process-record.ts'
import { type DemoState, readDemo } from '../../stack/state.ts'
import { useDatabase } from '../support/database.ts'
import { ROOT } from '../support/sources.ts'
import { living, newStateFolder } from '../support/stack-run.ts'
import { waitFor } from '../support/wait-for.ts'

const database = await useDatabase('demo')

/** Two starts of Node processes on a busy machine. */
const TEST_MS = 180_000
const OPEN_DEADLINE_MS = 90_000
const END_DEADLINE_MS = 30_000

type DemoRun = { launcher: ChildProcess; exited: Promise<number | null>; output: () => string }

function runDemo(state: string): DemoRun {
  const launcher = spawn(process.execPath, [join(ROOT, 'scripts/demo.mjs'), '--items', '300'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...database.env, AISLE_STATE_DIR: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [launcher.stdout, launcher.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const exited = new Promise<number | null>((resolve) => launcher.once('close', (code) => resolve(code)))
  // Not 'close': where the keeper fails to end with its launcher, it holds the pipes.
  const gone = new Promise<void>((resolve) => launcher.once('exit', () => resolve()))
  onTestFinished(async () => {
    launcher.kill('SIGTERM')
    await gone
  })
  return { launcher, exited, output: () => output }
}

/** The state on disk once the shop is open. */
async function open(run: DemoRun, state: string): Promise<DemoState> {
  const isOpen = waitFor('the shop is open', () => run.output().includes('The shop is open'), {
    deadlineMs: OPEN_DEADLINE_MS,
  })
  const ended = run.exited.then((code) => Promise.reject(new Error(`the demo ended with ${code}`)))
  await Promise.race([isOpen, ended]).catch((thrown: unknown) => {
    throw new Error(run.output(), { cause: thrown })
  })
  return await waitFor('the demo is noted', () => readDemo(state))
}

async function searchTotal(demo: DemoState): Promise<number> {
  const response = await fetch(new URL('/v1/search?q=', demo.api[0]))
  const answer = (await response.json()) as { total: { value: number } }
  return answer.total.value
}

test(
  'a demo opens with every item, brings back a killed api, and stops whole',
  async () => {
    const state = newStateFolder()
    const run = runDemo(state)
    const demo = await open(run, state)
    expect(await searchTotal(demo)).toBe(300)
    const api = demo.processes.find(({ name }) => name === 'api')
    if (api) signalProcess(api, 'SIGKILL')
    await waitFor('the api answers again', () => searchTotal(demo), { deadlineMs: END_DEADLINE_MS })
    expect(run.output()).toContain('api ended (killed); again in 1 s')
    const processes = readDemo(state)?.processes ?? []
    expect(living(processes).sort()).toEqual(['api', 'indexer', 'worker'])
    run.launcher.kill('SIGINT')
    expect(await run.exited).toBe(0)
    expect(living(processes)).toEqual([])
    expect(readDemo(state)).toBeNull()
  },
  TEST_MS,
)

test(
  'SIGKILL of the launcher of a demo ends its processes',
  async () => {
    const state = newStateFolder()
    const run = runDemo(state)
    const { processes } = await open(run, state)
    run.launcher.kill('SIGKILL')
    await waitFor('every process is gone', () => living(processes).length === 0, {
      deadlineMs: END_DEADLINE_MS,
    })
    await waitFor('the note is removed', () => readDemo(state) === null)
  },
  TEST_MS,
)
