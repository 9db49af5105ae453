/**
 * Processes and their identity. A pid alone says little: the system gives it to another process later. With the
 * time the process began it names one process for ever, so nothing of a stranger is ever signalled.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export type ProcessRecord = {
  readonly name: string
  readonly pid: number
  /** When it began, as the system tells it: clock ticks since boot on Linux, else the date of `ps`. */
  readonly began: string
}

/** `running`: it is the recorded process. `stopped`: frozen by SIGSTOP. `gone`: ended, or the pid is another's. */
export type ProcessState = 'running' | 'stopped' | 'gone'

/** Begin and state of a pid; null when there is none, or a dead one that nobody has collected. */
function lookUp(pid: number): { began: string; isStopped: boolean } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command in parentheses may hold anything; fields are counted from its end: state is 3, starttime 22.
    const rest = fields.slice(fields.lastIndexOf(')') + 2).split(' ')
    const state = rest[0] ?? ''
    return state === 'Z' || state === 'X' ? null : { began: rest[19] ?? '', isStopped: state === 'T' }
  } catch (thrown) {
    return process.platform === 'linux' ? gone(thrown) : lookUpByPs(pid)
  }
}

function lookUpByPs(pid: number): { began: string; isStopped: boolean } | null {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    const [state = '', ...began] = line.split(/\s+/)
    return state.startsWith('Z') ? null : { began: began.join(' '), isStopped: state.startsWith('T') }
  } catch (thrown) {
    return gone(thrown)
  }
}

/** A failed look-up means that the process is not there; the reason (no entry, ps exit 1) adds nothing. */
function gone(_reason: unknown): null {
  return null
}

/** The record of a live process. @throws Error when it has ended */
export function recordOf(name: string, pid: number): ProcessRecord {
  const found = lookUp(pid)
  if (!found) throw new Error(`${name}: process ${pid} ended at once`)
  return { name, pid, began: found.began }
}

export function processState(record: ProcessRecord): ProcessState {
  const found = lookUp(record.pid)
  if (!found || found.began !== record.began) return 'gone'
  return found.isStopped ? 'stopped' : 'running'
}

/** Send a signal to exactly this process. @returns false when it is gone */
export function signalProcess(record: ProcessRecord, signal: NodeJS.Signals): boolean {
  if (processState(record) === 'gone') return false
  try {
    return process.kill(record.pid, signal)
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === ESRCH) return false
    throw thrown
  }
}

const ESRCH = 'ESRCH'
