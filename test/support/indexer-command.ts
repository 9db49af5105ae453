/** `bin/indexer COMMAND` as a child of a test: to its end, with exit code and output. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './sources.ts'

export type CommandEnd = {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Lines of standard output as JSON; only for commands that ran with `--json`. */
  json(): Readonly<Record<string, unknown>>[]
}

/** The verdict of `verify --json`. */
export type Verdict = {
  readonly code: number
  readonly differences: readonly Readonly<Record<string, unknown>>[]
  readonly result: Readonly<Record<string, unknown>>
}

/** Longer than any command of a test takes on a busy machine. */
const DEADLINE_MS = 120_000

/** @param env from `TestDatabase` */
export function runIndexer(env: Readonly<Record<string, string>>, ...args: string[]): Promise<CommandEnd> {
  return new Promise((resolve, reject) => {
    const options = {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      timeout: DEADLINE_MS,
      maxBuffer: 64 * 1024 * 1024,
    }
    execFile(process.execPath, [join(ROOT, 'indexer/main.ts'), ...args], options, (error, stdout, stderr) => {
      const code = error ? error.code : 0
      if (typeof code !== 'number')
        reject(new Error(`indexer ${args.join(' ')}: ${stderr}`, { cause: error }))
      else resolve({ code, stdout, stderr, json: () => jsonLines(stdout) })
    })
  })
}

/** `verify` with these options. @throws Error when it could not compare at all */
export async function runVerify(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Verdict> {
  const end = await runIndexer(env, 'verify', '--json', ...args)
  const lines = end.code <= 1 ? end.json() : []
  const result = lines.find((line) => line['kind'] === 'result')
  if (!result) throw new Error(`verify ended with ${end.code} and without result:\n${end.stderr}`)
  return { code: end.code, differences: lines.filter((line) => line['kind'] === 'difference'), result }
}

function jsonLines(text: string): Readonly<Record<string, unknown>>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
}
