/**
 * The processes of the product as children of a test: started with the environment of a test database, awaited
 * until they answer. A test ends what it starts: a file that leaves one running fails, and it is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { freePort } from '../../stack/ports.ts'
import { endProcess } from '../../stack/process.ts'
import { type ProcessRecord, processState, recordOf, signalProcess } from '../../stack/process-record.ts'
import { ROOT } from './sources.ts'
import { waitFor } from './wait-for.ts'

type Kind = {
  readonly entry: string
  readonly args: readonly string[]
  readonly portName: string
  readonly ready: string
}

/** How each process is started and asked whether it is ready. */
const KINDS = {
  api: { entry: 'src/main.ts', args: [], portName: 'AISLE_PORT', ready: '/readyz' },
  worker: { entry: 'src/worker.ts', args: [], portName: 'AISLE_METRICS_PORT', ready: '/livez' },
  indexer: { entry: 'indexer/main.ts', args: ['run'], portName: 'AISLE_METRICS_PORT', ready: '/livez' },
} as const satisfies Record<string, Kind>

export type ProcessKind = keyof typeof KINDS

export type RunningProcess = {
  readonly record: ProcessRecord
  readonly pid: number
  /** Of its http side. */
  readonly url: string
  /** What it has written so far, both streams. */
  output(): string
  signal(name: NodeJS.Signals): void
  /** SIGTERM and wait. @throws Error when it takes longer than the deadline; it is killed then */
  stop(): Promise<number | null>
  /** SIGKILL and wait. */
  kill(): Promise<void>
  /** Exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>
}

const READY_DEADLINE_MS = 60_000
const STOP_DEADLINE_MS = 20_000
const OUTPUT_KEPT = 200_000

const started: ProcessRecord[] = []

afterAll(async () => {
  const left = started.filter((record) => processState(record) !== 'gone')
  await Promise.all(left.map((record) => endProcess(record, 'SIGKILL', 0)))
  if (left.length === 0) return
  const names = left.map(({ name, pid }) => `${name} ${pid}`).join(', ')
  throw new Error(`left running by this file: ${names}; end each with stop() or kill()`)
})

/** Start one and wait until it is ready. @param env from `TestDatabase`, with what the test adds */
export async function startProcess(
  kind: ProcessKind,
  env: Readonly<Record<string, string>>,
): Promise<RunningProcess> {
  const running = await spawnProcess(kind, env)
  const died = running.exited.then((code) =>
    Promise.reject(new Error(`${kind} ended with ${code} before it was ready:\n${running.output()}`)),
  )
  const ready = waitFor(`${kind} is ready`, async () => (await fetch(running.url + KINDS[kind].ready)).ok, {
    deadlineMs: READY_DEADLINE_MS,
    everyMs: 50,
  })
  try {
    await Promise.race([ready, died])
  } catch (thrown) {
    throw new Error(`${kind} did not become ready:\n${running.output()}`, { cause: thrown })
  }
  return running
}

/** Start one without waiting. */
export async function spawnProcess(
  kind: ProcessKind,
  env: Readonly<Record<string, string>>,
): Promise<RunningProcess> {
  const { entry, args, portName } = KINDS[kind]
  const port = env[portName] ?? String(await freePort())
  const child = spawn(process.execPath, [join(ROOT, entry), ...args], {
    cwd: ROOT,
    // several of them at once: none may want a port of its own choice
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      AISLE_ADMIN_PORT: '0',
      ...env,
      [portName]: port,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return follow(kind, child, `http://127.0.0.1:${port}`)
}

function follow(kind: ProcessKind, child: ChildProcess, url: string): RunningProcess {
  if (child.pid === undefined) throw new Error(`${kind} could not be started`)
  const record = recordOf(kind, child.pid)
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_KEPT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  started.push(record)
  return {
    record,
    pid: child.pid,
    url,
    output: () => output,
    signal: (name) => {
      signalProcess(record, name)
    },
    stop: async () => {
      signalProcess(record, 'SIGTERM')
      signalProcess(record, 'SIGCONT')
      await waitFor(`${kind} has ended`, () => processState(record) === 'gone', {
        deadlineMs: STOP_DEADLINE_MS,
      }).catch(async (thrown: unknown) => {
        await endProcess(record, 'SIGKILL', 0)
        throw new Error(`${kind} does not end on SIGTERM:\n${output}`, { cause: thrown })
      })
      return exited
    },
    kill: async () => {
      await endProcess(record, 'SIGKILL', 0)
      await exited
    },
    exited,
  }
}
