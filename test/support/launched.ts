/** A command of the checkout as a person starts it: through its launcher, ended with the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ROOT } from './sources.ts'

export type Launched = {
  readonly launcher: ChildProcess
  /** Exit code, or null when a signal ended the launcher. */
  readonly exited: Promise<number | null>
  /** What it has written so far, both streams. */
  output(): string
}

/** @param script below `scripts/`, with its arguments. @param env what is set beside PATH and HOME */
export function launch(
  [script = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Launched {
  const launcher = spawn(process.execPath, [join(ROOT, 'scripts', script), ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
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
