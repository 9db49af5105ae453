/** Stacks as a person starts them: through the launcher, each with a state folder of its own. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { dataFolder } from '../../stack/paths.ts'
import { type ProcessRecord, processState } from '../../stack/process-record.ts'
import { clearRemains } from '../../stack/remains.ts'
import { isKept, readStack, type StackState } from '../../stack/state.ts'
import { type Launched, launch } from './launched.ts'
import { waitFor } from './wait-for.ts'

export type StackRun = Launched & {
  /** The state on disk once the servers are up. */
  up(): Promise<StackState & { urls: NonNullable<StackState['urls']> }>
}

/** A full start on a busy machine, with Elasticsearch. */
const UP_DEADLINE_MS = 120_000

/** A state folder that is removed, with everything that runs in it, when the test is over. */
export function newStateFolder(): string {
  const state = mkdtempSync(join(tmpdir(), 'aisle-state-'))
  onTestFinished(async () => {
    const kept = readStack(state)
    if (kept) process.kill(kept.keeper.pid, 'SIGKILL')
    if (kept) await waitFor('the keeper is gone', () => processState(kept.keeper) === 'gone')
    await clearRemains(state, () => undefined)
    for (const folder of [dataFolder(state), state]) rmSync(folder, { recursive: true, force: true })
  })
  return state
}

/** `npm run stack` without npm. @param env what is set beside PATH and HOME */
export function runStack(state: string, env: Readonly<Record<string, string>>): StackRun {
  const launched = launch(['stack.mjs'], { ...env, AISLE_STATE_DIR: state, AISLE_FORCE_LOCAL: '1' })
  const { exited, output } = launched
  const failed = exited.then((code) =>
    Promise.reject(new Error(`the stack ended with ${code}:\n${output()}`)),
  )
  failed.catch(() => undefined) // a run that is meant to end is awaited by `exited`
  return {
    ...launched,
    up: async () => {
      const state_ = waitFor('the stack is up', () => upState(state), {
        deadlineMs: UP_DEADLINE_MS,
        everyMs: 50,
      })
      return await Promise.race([state_, failed])
    },
  }
}

function upState(folder: string) {
  const state = readStack(folder)
  return state?.urls && isKept(state) ? { ...state, urls: state.urls } : null
}

/** Names of the processes that still live. */
export function living(records: readonly ProcessRecord[]): string[] {
  return records.filter((record) => processState(record) !== 'gone').map((record) => record.name)
}
