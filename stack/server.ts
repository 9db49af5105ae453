/** A server that runs as a local process: what every kind of them has in common. */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Account } from './account.ts'
import type { Env } from './paths.ts'
import { endProcess, type SpawnOptions, spawnDetached } from './process.ts'
import { type ProcessRecord, recordOf } from './process-record.ts'
import { until } from './wait.ts'

/** Where a server may put its things. */
export type ServerPlace = {
  /** Folder of this server alone; made when missing. */
  readonly folder: string
  readonly logFile: string
  readonly account: Account
  readonly env: Env
  /** Port of the last run: data folders are kept, so URLs had better stay as well. */
  readonly wishedPort?: number | undefined
  /** Told of each process as soon as it lives, so that it can be ended whatever happens next. */
  readonly onProcess: (record: ProcessRecord) => void
}

/** A running server. */
export type LocalServer = {
  readonly url: string
  readonly port: number
  /** The process that serves, first; then launchers of it, if any. Signal the first to freeze or kill it. */
  readonly processes: readonly ProcessRecord[]
  /** Settles when the process ends, for whatever reason. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

type Launch = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly options: SpawnOptions
  readonly onProcess: (record: ProcessRecord) => void
  /** Undefined while it does not answer. */
  readonly answers: () => Promise<true | undefined>
  readonly deadlineMs: number
}

/**
 * Start a process and wait until it answers.
 * @throws Error with the end of its log when it ends first, or does not answer in time (then it is ended)
 */
export async function launch(
  config: Launch,
): Promise<{ child: ChildProcess; record: ProcessRecord; ended: Promise<void> }> {
  const child = spawnDetached(config.command, config.args, config.options)
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  child.once('error', (error) => (child.pid === undefined ? reject(error) : resolve()))
  if (child.pid === undefined)
    return ended.then(() => Promise.reject(new Error(`${config.name} did not start`)))
  const record = recordOf(config.name, child.pid)
  config.onProcess(record)
  const dead = ended.then(() => Promise.reject(new Error(`${config.name} ended while it started`)))
  try {
    await Promise.race([
      until(`${config.name} answers`, config.answers, { deadlineMs: config.deadlineMs }),
      dead,
    ])
    return { child, record, ended }
  } catch (thrown) {
    await endServer(record)
    throw new Error(
      `${config.name} did not start; end of ${config.options.logFile}:\n${endOf(config.options.logFile)}`,
      {
        cause: thrown,
      },
    )
  }
}

/** End a server the way it wants to be ended: fast, with its data written. */
export function endServer(record: ProcessRecord): Promise<void> {
  // Postgres waits for its sessions to leave on SIGTERM; SIGINT ends them.
  return endProcess(record, record.name === 'postgres' ? 'SIGINT' : 'SIGTERM', STOP_DEADLINE_MS)
}

/** A server that has not gone by then is made to: nothing waits for its data, which survives a kill. */
const STOP_DEADLINE_MS = 10_000

const LOG_END_LINES = 15

function endOf(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_END_LINES).join('\n')
}
