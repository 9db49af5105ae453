/** `bin/aisle COMMAND` as a child of a test: to its end, with exit code and output. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ROOT } from './sources.ts'

export type AisleEnd = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Longer than the longest load of a test takes on a busy machine. */
const DEADLINE_MS = 120_000

/** A command that runs. */
export type RunningAisle = { signal(name: NodeJS.Signals): void; readonly end: Promise<AisleEnd> }

/** Start a command. @param env from `TestDatabase`, with what the test adds */
export function startAisle(env: Readonly<Record<string, string>>, ...args: string[]): RunningAisle {
  const { promise, resolve, reject } = Promise.withResolvers<AisleEnd>()
  const options = {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    timeout: DEADLINE_MS,
    maxBuffer: 64 * 1024 * 1024,
  }
  const command = [join(ROOT, 'src/cli/main.ts'), ...args]
  const child = execFile(process.execPath, command, options, (error, stdout, stderr) => {
    const code = error ? error.code : 0
    if (typeof code !== 'number') reject(new Error(`aisle ${args.join(' ')}: ${stderr}`, { cause: error }))
    else resolve({ code, stdout, stderr })
  })
  return { signal: (name) => child.kill(name), end: promise }
}

/** Run a command to its end. @param env from `TestDatabase`, with what the test adds */
export function runAisle(env: Readonly<Record<string, string>>, ...args: string[]): Promise<AisleEnd> {
  return startAisle(env, ...args).end
}

/** A file that is gone after the test. @returns its path */
export function temporaryFile(name: string, content: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'aisle-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
