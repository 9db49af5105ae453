/** Starting processes that live on their own, and ending them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'
import type { Env } from './paths.ts'
import { type ProcessRecord, processState, signalProcess } from './process-record.ts'

const EXIT_POLL_MS = 20

/** Ask a process to end, wait, then make it. Returns when it is gone. A frozen one is woken so that it can end. */
export async function endProcess(
  record: ProcessRecord,
  signal: NodeJS.Signals,
  deadlineMs: number,
): Promise<void> {
  if (!signalProcess(record, signal)) return
  signalProcess(record, 'SIGCONT')
  const endsAt = performance.now() + deadlineMs
  while (processState(record) !== 'gone') {
    if (performance.now() > endsAt) signalProcess(record, 'SIGKILL')
    await sleep(EXIT_POLL_MS)
  }
}

export type SpawnOptions = {
  readonly account?: Account
  readonly env: Env
  readonly cwd?: string
  /** Its output goes to the end of this file. */
  readonly logFile: string
}

/**
 * Start a process that lives on its own: a session of its own, so that Ctrl-C reaches only its launcher, which
 * then stops everything in the right order; output to a file, so that it never writes over a progress line.
 */
export function spawnDetached(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  mkdirSync(dirname(options.logFile), { recursive: true })
  const log = openSync(options.logFile, 'a')
  try {
    return spawn(command, [...args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...options.env },
      ...(options.cwd ? { cwd: options.cwd } : {}),
      ...options.account,
    })
  } finally {
    closeSync(log)
  }
}
