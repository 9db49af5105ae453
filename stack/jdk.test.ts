/** Which JDK is taken, and what is said when none will do. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { ExitError } from '../src/errors.ts'
import { findJdk, javaMajor, jdkCandidates } from './jdk.ts'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aisle-jdk-'))
  chmodSync(folder, 0o755)
  folders.push(folder)
  return folder
}

/** A folder that looks like a JDK: `java` says its version as the real one does, on standard error. */
function makeJdk(root: string, name: string, version: string, { compiles = true } = {}): string {
  const bin = join(root, name, 'bin')
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, 'java'), `#!/bin/sh\necho 'openjdk version "${version}" 2025-01-01' >&2\n`, {
    mode: 0o755,
  })
  if (compiles) writeFileSync(join(bin, 'javac'), '', { mode: 0o755 })
  return join(root, name)
}

test('the major version of a JDK is read from every form of its output', () => {
  expect(javaMajor('openjdk version "25.0.3" 2026-04-21 LTS')).toBe(25)
  expect(javaMajor('openjdk version "21" 2023-09-19')).toBe(21)
  expect(javaMajor('java version "1.8.0_392"')).toBe(8)
  expect(javaMajor('command not found')).toBeNull()
})

test('ES_JAVA_HOME comes before JAVA_HOME, PATH and the folders of the system', () => {
  const root = newFolder()
  const onPath = makeJdk(root, 'on-path', '21')
  makeJdk(root, 'jdk-25', '25')
  const env = { ES_JAVA_HOME: '/es', JAVA_HOME: '/java', PATH: join(onPath, 'bin') }
  const homes = jdkCandidates(env, [root]).map(({ home }) => home)
  expect(homes.slice(0, 3)).toEqual(['/es', '/java', onPath])
  expect(homes).toContain(join(root, 'jdk-25'))
})

test('a JDK that is too old is passed over for a newer one', () => {
  const root = newFolder()
  const old = makeJdk(root, 'jdk-17', '17.0.15')
  const good = makeJdk(root, 'jdk-25', '25.0.3')
  expect(findJdk(jdkCandidates({ JAVA_HOME: old, PATH: '' }, [root]))).toBe(good)
})

test('without a JDK the message lists what was looked at and what to install', () => {
  const root = newFolder()
  makeJdk(root, 'jdk-17', '17.0.15')
  makeJdk(root, 'jre-25', '25', { compiles: false })
  const find = () => findJdk(jdkCandidates({ PATH: '' }, [root]))
  expect(find).toThrow(ExitError)
  expect(find).toThrow(/jdk-17 .*version 17[\s\S]*Install one/)
  expect(find).toThrow(/jre-25 .*a runtime, not a JDK/)
})
