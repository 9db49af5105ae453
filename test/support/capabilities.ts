/**
 * What this machine may lack. A test that needs it is skipped by that name, with the reason in its title, and
 * the end of the run counts it. Nothing else skips a test.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, test } from 'vitest'
import { onPath } from '../../stack/system-package.ts'
import { ROOT } from './sources.ts'

/** Real catalogues that lie beside some checkouts. */
export const DATA = join(ROOT, '..', 'shared', 'data')

const CHROMIUM_PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Path of a Chromium of the system; undefined when there is none. */
export const CHROMIUM = CHROMIUM_PATHS.find((path) => existsSync(path))

/** Path of HAProxy; undefined when there is none. Debian keeps it out of the PATH of ordinary users. */
export const HAPROXY = ['/usr/sbin/haproxy', '/usr/local/sbin/haproxy', '/usr/bin/haproxy'].find((path) =>
  existsSync(path),
)

/** Capability to the reason why it is missing, or null when it is there. */
const CAPABILITIES = {
  'container-engine': () => (dockerAnswers() ? null : 'no container engine answers'),
  chromium: () => (CHROMIUM ? null : 'no Chromium is installed'),
  haproxy: () => (HAPROXY ? null : 'no HAProxy is installed'),
  'data-icecat': () => missingFile(join(DATA, 'icecat')),
  'data-pc-parts': () => missingFile(join(DATA, 'pc-parts')),
  'redis-cluster': () =>
    onPath(['redis-server', 'valkey-server'], process.env) ? null : 'no redis-server is on PATH',
  root: () => (process.getuid?.() === 0 ? null : 'this is an ordinary user'),
} as const

export type Capability = keyof typeof CAPABILITIES

/** Why a capability is missing; null when it is there. */
export function lacks(capability: Capability): string | null {
  return CAPABILITIES[capability]()
}

/** `describe` for tests that need a capability. */
export function describeWith(capability: Capability, name: string, body: () => void): void {
  const reason = lacks(capability)
  describe.skipIf(reason !== null)(reason === null ? name : `${name} [needs ${capability}: ${reason}]`, body)
}

/** `test` for one that needs a capability. */
export function testWith(
  capability: Capability,
  name: string,
  body: () => Promise<void> | void,
  timeoutMs?: number,
) {
  const reason = lacks(capability)
  test.skipIf(reason !== null)(
    reason === null ? name : `${name} [needs ${capability}: ${reason}]`,
    body,
    timeoutMs,
  )
}

function missingFile(path: string): string | null {
  return existsSync(path) ? null : `the folder ${relative(ROOT, path)} is not there`
}

function dockerAnswers(): boolean {
  try {
    execFileSync('docker', ['version', '--format', '{{.Server.Version}}'], {
      timeout: 5_000,
      stdio: 'ignore',
    })
    return true
  } catch (thrown) {
    return noEngine(thrown)
  }
}

/** No client, no engine behind it, or one that does not answer: no capability in each case. */
function noEngine(_reason: unknown): boolean {
  return false
}

/** Under `npm run soak` fault tests take their long form. */
export const IS_SOAK = process.env['AISLE_TEST_SOAK'] === '1'
