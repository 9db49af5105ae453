/**
 * The servers of a test run: a stack with a state folder and data of its own, made from nothing. It ends with
 * the process that started it, however that ends.
 */
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { engineAnswers } from './containers.ts'
import { FOLLOW_STDIN } from './keeper.ts'
import { dataFolder, type Env } from './paths.ts'
import { CHECKOUT, isKept, readStack, type StackState, stateFolder } from './state.ts'
import { until } from './wait.ts'

type Urls = NonNullable<StackState['urls']>

export type TestStack = {
  /** @throws Error when the servers do not start; why was printed */
  up(): Promise<Urls>
  stop(): Promise<void>
}

/** A first run on a machine fetches the server. */
const START_DEADLINE_MS = 300_000
const POLL_MS = 100

/** State folder of the tests' own stack. */
export function testStateFolder(env: Env): string {
  return join(stateFolder(env), 'test')
}

/** Servers that the environment names come before an engine that answers; the stack of processes takes those. */
export async function areContainersUsed(env: Env): Promise<boolean> {
  const isNamed = ['DATABASE_URL', 'ELASTICSEARCH_URL', 'REDIS_URL'].some((name) => env[name])
  return !isNamed && (await engineAnswers(env))
}

/** Start it; only `up` waits. */
export function startTestStack(env: Env): TestStack {
  const state = testStateFolder(env)
  for (const folder of [dataFolder(state), state]) rmSync(folder, { recursive: true, force: true })
  const keeper = spawn(
    process.execPath,
    [join(CHECKOUT, 'stack/stack.ts'), `--${FOLLOW_STDIN}`, '--servers-only'],
    {
      env: { ...env, AISLE_STATE_DIR: state },
      stdio: ['pipe', 2, 2],
      detached: true,
    },
  )
  const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()))
  const failed = ended.then(() => Promise.reject(new Error('the servers of the tests did not start')))
  failed.catch(() => undefined) // it also ends after a good run, when nobody listens
  return {
    up: () => Promise.race([untilUp(state), failed]),
    stop: async () => {
      keeper.stdin?.end()
      await ended
    },
  }
}

/** The stack that the runner of this checkout has started or is starting; null when there is none. */
export function runningTestStack(env: Env): { up(): Promise<Urls> } | null {
  const state = testStateFolder(env)
  const found = readStack(state)
  return found && isKept(found) ? { up: () => untilUp(state) } : null
}

function untilUp(state: string): Promise<Urls> {
  const ask = () => Promise.resolve(readStack(state)?.urls ?? undefined)
  return until('the servers of the tests are up', ask, { deadlineMs: START_DEADLINE_MS, everyMs: POLL_MS })
}
