/**
 * The processes of the product under a demo, and the simulated payment provider: started with their output in a log file, started again with a
 * growing pause when they end by themselves, ended with SIGTERM when the demo stops.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT_CONFIG } from '../src/config.ts'
import { ExitError } from '../src/errors.ts'
import type { Env } from './paths.ts'
import { endProcess, spawnDetached } from './process.ts'
import { type ProcessRecord, recordOf } from './process-record.ts'
import { CHECKOUT } from './state.ts'
import type { Say } from './wait.ts'

export type ChildPlan = {
  readonly name: 'api' | 'worker' | 'indexer' | 'payments'
  /** Below the checkout, with its arguments. */
  readonly command: readonly string[]
  /** Of Node. */
  readonly flags?: readonly string[]
  readonly env: Env
}

export type ChildContext = {
  readonly say: Say
  readonly state: string
  readonly signal: AbortSignal
  readonly onProcess: (record: ProcessRecord) => void
}

export type Child = {
  /** Rejects when the child cannot be kept at all: its configuration is wrong. */
  readonly failed: Promise<never>
  stop(): Promise<void>
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** A child that lived this long was well; the next pause is short again. */
const WELL_AFTER_MS = 60_000
/** An api drains its requests first. */
const STOP_DEADLINE_MS = 15_000
const LOG_END_LINES = 12

/** Start one and keep it. */
export function keepChild(plan: ChildPlan, context: ChildContext): Child {
  const logFile = join(context.state, 'logs', `${plan.name}.log`)
  let record: ProcessRecord | undefined
  let isStopping = false
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined) // nobody listens when the demo stops before
  const runOnce = async () => {
    const [entry = '', ...args] = plan.command
    const child = spawnDetached(process.execPath, [...(plan.flags ?? []), join(CHECKOUT, entry), ...args], {
      cwd: CHECKOUT,
      env: plan.env,
      logFile,
    })
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('exit', resolve)
      child.once('error', reject)
    })
    if (child.pid !== undefined) record = recordOf(plan.name, child.pid)
    if (record) context.onProcess(record)
    return await ended
  }
  const keep = async () => {
    let pause = FIRST_PAUSE_MS
    while (true) {
      const startedAt = performance.now()
      const code = await runOnce()
      if (isStopping || context.signal.aborted) return
      if (code === EXIT_CONFIG)
        throw new ExitError(EXIT_CONFIG, `${plan.name} refuses to start:\n${endOf(logFile)}`)
      if (performance.now() - startedAt > WELL_AFTER_MS) pause = FIRST_PAUSE_MS
      context.say(`${plan.name} ended (${code ?? 'killed'}); again in ${pause / 1000} s; its log: ${logFile}`)
      await sleep(pause)
      if (isStopping || context.signal.aborted) return
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }
  void keep().catch((thrown: unknown) => failed.reject(thrown))
  return {
    failed: failed.promise,
    stop: async () => {
      isStopping = true
      if (record) await endProcess(record, 'SIGTERM', STOP_DEADLINE_MS)
    },
  }
}

function endOf(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-LOG_END_LINES).join('\n')
}
