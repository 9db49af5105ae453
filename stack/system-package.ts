/**
 * A server that must come from the system: found on PATH, or, as root on a Debian-like system, installed with
 * apt-get, which is said aloud before it is done. An ordinary user gets the command to type.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { withLock } from '../scripts/cache-entry.mjs'
import { ExitError } from '../src/errors.ts'
import type { Env } from './paths.ts'
import { type Say, withProgress } from './wait.ts'

const EXIT_PREFLIGHT = 3
/** Somebody else's apt-get is waited for. */
const OTHERS_LOCK_SECONDS = 120

/** Environment of the person, and how to tell them. */
export type Installer = { readonly env: Env; readonly say: Say; readonly signal: AbortSignal }

/** Path of the first of these programs on PATH; null when there is none. */
export function onPath(names: readonly string[], env: Env): string | null {
  for (const name of names) {
    const found = (env['PATH'] ?? '')
      .split(delimiter)
      .map((folder) => join(folder, name))
      .find((file) => existsSync(file))
    if (found) return found
  }
  return null
}

/** Whether this process may install Debian packages. */
export function canInstall(env: Env): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && onPath(['apt-get'], env) !== null
}

/**
 * @param names programs that do, the preferred first
 * @param debianPackage what brings the first of them
 * @returns path of a program
 * @throws ExitError(3) with the command to type
 */
export async function requireProgram(
  names: readonly string[],
  debianPackage: string,
  by: Installer,
): Promise<string> {
  const found = onPath(names, by.env)
  if (found) return found
  if (canInstall(by.env)) {
    await installPackage(debianPackage, by, () => onPath(names, by.env) !== null)
    const installed = onPath(names, by.env)
    if (installed) return installed
  }
  throw new ExitError(
    EXIT_PREFLIGHT,
    `${names.join(' or ')} is not on PATH. Install it (Debian: apt-get install -y ${debianPackage}) and try again.`,
  )
}

/**
 * Install a Debian package. Package lists may be old or missing: they are fetched when the first try fails.
 * One at a time on the whole machine; who waited for another one asks again whether it is still missing.
 * @param isThere whether nothing is to be done
 */
export async function installPackage(name: string, by: Installer, isThere: () => boolean): Promise<void> {
  await withLock(join(tmpdir(), 'aisle-apt-get.lock'), async () => {
    if (isThere()) return
    by.say(`installing ${name} with apt-get, because it is missing and this is root on Debian`)
    await withProgress(`apt-get install ${name}`, install(name, by))
  })
}

async function install(name: string, by: Installer): Promise<void> {
  const command = ['install', '-y', '--no-install-recommends', name]
  if ((await aptGet(command, by.env)).code === 0) return
  await aptGet(['update'], by.env)
  const second = await aptGet(command, by.env)
  if (second.code === 0) return
  throw new ExitError(EXIT_PREFLIGHT, `apt-get install ${name} failed:\n${second.output}`)
}

function aptGet(args: readonly string[], env: Env): Promise<{ code: number | null; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ code: number | null; output: string }>()
  const child = spawn('apt-get', ['-q', `-oDPkg::Lock::Timeout=${OTHERS_LOCK_SECONDS}`, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // An installed server must not start by itself: the stack starts its own.
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  child.once('error', reject)
  child.once('close', (code) => resolve({ code, output }))
  return promise
}
