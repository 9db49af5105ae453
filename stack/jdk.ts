/** Finds a JDK that runs Elasticsearch 9 (21 or newer) and compiles its plugin. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { ExitError } from '../src/errors.ts'
import { canReach, serverAccount } from './account.ts'

/** Elasticsearch 9.x refuses an older one. */
export const MIN_JAVA = 21
const EXIT_PREFLIGHT = 3

/** Where distributions put their JDKs. */
const JVM_FOLDERS = ['/usr/lib/jvm', '/opt/java', '/Library/Java/JavaVirtualMachines']

/** What was looked at, for the message when nothing is good enough. */
export type Candidate = { readonly home: string; readonly from: string }

/**
 * Major version from the output of `java -version`.
 * @returns 17 for "17.0.15", 8 for "1.8.0_392"; null when there is no version in it
 */
export function javaMajor(output: string): number | null {
  const found = /version "(?:1\.)?(\d+)/.exec(output)
  return found ? Number(found[1]) : null
}

/**
 * Homes to try, in the order of the design: ES_JAVA_HOME, JAVA_HOME, `java` on PATH, folders of the system
 * with the newest name first.
 */
export function jdkCandidates(
  env: Readonly<Record<string, string | undefined>>,
  folders: readonly string[] = JVM_FOLDERS,
): Candidate[] {
  const named = ['ES_JAVA_HOME', 'JAVA_HOME'].flatMap((name) =>
    env[name] ? [{ home: env[name], from: name }] : [],
  )
  const onPath = (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'java'))
    .filter((java) => existsSync(java))
    .map((java) => ({ home: dirname(dirname(realpathSync(java))), from: 'PATH' }))
  const installed = folders.flatMap((root) =>
    existsSync(root)
      ? readdirSync(root)
          .sort((a, b) => versionInName(b) - versionInName(a))
          .map((name) => ({ home: join(root, name), from: root }))
      : [],
  )
  return [...named, ...onPath.slice(0, 1), ...installed]
}

function versionInName(name: string): number {
  return Number(/\d+/.exec(name)?.[0] ?? 0)
}

/**
 * Home of the first candidate that is new enough and can compile.
 * @throws ExitError(3) that says what was found and what to install
 */
export function findJdk(candidates: readonly Candidate[]): string {
  const refused: string[] = []
  for (const { home, from } of candidates) {
    const verdict = judge(home)
    if (verdict === null) return home
    refused.push(`  ${home} (${from}): ${verdict}`)
  }
  throw new ExitError(
    EXIT_PREFLIGHT,
    [
      `Elasticsearch needs a JDK ${MIN_JAVA} or newer.`,
      ...(refused.length > 0 ? ['Looked at:', ...refused] : ['None was found.']),
      "Install one (Temurin 25, or your system's openjdk-21-jdk-headless) or point ES_JAVA_HOME at it,",
      'or start Docker, or set ELASTICSEARCH_URL to a server that runs.',
    ].join('\n'),
  )
}

/** Why a home cannot be used; null when it can. */
function judge(home: string): string | null {
  const java = join(home, 'bin', 'java')
  if (!existsSync(java)) return 'no bin/java'
  if (!existsSync(join(home, 'bin', 'javac'))) return 'no bin/javac: a runtime, not a JDK'
  if (!canReach(serverAccount(), java)) return 'the account of the server cannot enter that folder'
  const run = spawnSync(java, ['-version'], { encoding: 'utf8' })
  const major = javaMajor(`${run.stderr}${run.stdout}`)
  if (major === null) return `gives no version${run.error ? `: ${run.error.message}` : ''}`
  return major >= MIN_JAVA ? null : `version ${major}`
}
