/** Processes that are measured: started, awaited, looked at from outside, ended. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { MEMORY_FLAGS } from '../stack/memory-flags.ts'
import { freePort } from '../stack/ports.ts'
import { endProcess } from '../stack/process.ts'
import { recordOf } from '../stack/process-record.ts'
import { CHECKOUT } from '../stack/state.ts'
import { until } from '../stack/wait.ts'
import type { Setting } from './benchmark.ts'

export type Running = {
  readonly pid: number
  /** Of its http side. */
  readonly url: string
  readonly logFile: string
  stop(): Promise<void>
}

type Kind = {
  readonly flags?: readonly string[]
  readonly command: readonly string[]
  readonly portName: string
  readonly ready: string
}

const KINDS = {
  api: { flags: MEMORY_FLAGS, command: ['src/main.ts'], portName: 'AISLE_PORT', ready: '/readyz' },
  worker: {
    flags: MEMORY_FLAGS,
    command: ['src/worker.ts'],
    portName: 'AISLE_METRICS_PORT',
    ready: '/livez',
  },
  indexer: {
    flags: MEMORY_FLAGS,
    command: ['indexer/main.ts', 'run'],
    portName: 'AISLE_METRICS_PORT',
    ready: '/livez',
  },
  empty: { flags: MEMORY_FLAGS, command: ['bench/empty-route.ts'], portName: 'EMPTY_PORT', ready: '/' },
  bare: { command: ['bench/bare-server.ts'], portName: 'BARE_PORT', ready: '/' },
} as const satisfies Record<string, Kind>

export type ProcessKind = keyof typeof KINDS

/** Script of `load-client.ts`. */
export const LOAD_CLIENT = join(CHECKOUT, 'bench/load-client.ts')

/** Deadlines that nothing of a benchmark reaches: a refusal is no measurement. */
export const PATIENT = { AISLE_SEARCH_DEADLINE_MS: '20000', AISLE_SUGGEST_DEADLINE_MS: '20000' }

const READY_MS = 60_000
const STOP_MS = 40_000

/** Start a process and wait until it answers. It stays in the group of the benchmark, which ends with its launcher. */
export async function start(
  setting: Setting,
  kind: ProcessKind,
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  const { flags = [], command, portName, ready }: Kind = KINDS[kind]
  const port = String(await freePort())
  const logFile = join(setting.folder, `${kind}.log`)
  mkdirSync(setting.folder, { recursive: true })
  const log = openSync(logFile, 'w')
  const [entry = '', ...args] = command
  const child = spawn(process.execPath, [...flags, join(CHECKOUT, entry), ...args], {
    cwd: CHECKOUT,
    env: { ...baseEnv(setting), AISLE_ADMIN_PORT: '0', ...env, [portName]: port },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  if (child.pid === undefined) throw new Error(`${kind} could not be started`)
  const record = recordOf(kind, child.pid)
  const stop = () => endProcess(record, 'SIGTERM', STOP_MS)
  const url = `http://127.0.0.1:${port}`
  const ask = async () => ((await fetch(url + ready)).ok ? true : undefined)
  try {
    await until(`${kind} answers, see ${logFile}`, ask, { deadlineMs: READY_MS, signal: setting.signal })
  } catch (thrown) {
    await stop()
    throw thrown
  }
  return { pid: child.pid, url, logFile, stop }
}

function baseEnv({ folder }: Setting) {
  const { PATH, HOME } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE: join(folder, 'compile-cache') } // as bin/launch.sh and the demo
}

/** A start without a configuration is refused; later ones find their modules compiled. */
export async function compile(setting: Setting, kind: 'api' | 'worker' | 'indexer'): Promise<void> {
  const { flags, command } = KINDS[kind]
  const [entry, ...args] = command
  const child = spawn(process.execPath, [...flags, join(CHECKOUT, entry), ...args], {
    env: baseEnv(setting),
    stdio: 'ignore',
    signal: setting.signal,
  })
  await once(child, 'exit')
}

/** Run `work` with a process. */
export async function withProcess<T>(
  setting: Setting,
  kind: ProcessKind,
  env: Readonly<Record<string, string>>,
  work: (running: Running) => Promise<T>,
): Promise<T> {
  const running = await start(setting, kind, env)
  try {
    return await work(running)
  } finally {
    await running.stop()
  }
}

/** A script to its end. @returns its standard output */
export function run(
  { signal }: Setting,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...command], {
      cwd: CHECKOUT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
    })
    let [output, errors] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    child.stdin.end(input)
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${command.join(' ')} ended with ${code}: ${errors.slice(-2_000)}`))
    })
  })
}

/** Memory that a process holds, MB. Linux alone tells it. */
export function residentMb(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(line?.[1] ?? Number.NaN) / 1_000
}

/** Linux counts in hundredths of a second for every program. */
const TICK_SECONDS = 0.01

/** Processor time that a process has used, seconds: user and system. Linux alone tells it. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS
}
