/**
 * The Elasticsearch server as files: the official distribution for integration tests, fetched from Maven Central
 * with mvn, unpacked, with this project's analysis plugin compiled into it. Kept in the cache folder; the name
 * of the entry holds the version and a hash of the plugin's sources, so a changed plugin gives another entry.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { cacheEntry } from '../scripts/cache-entry.mjs'
import { type Installer, requireProgram } from './system-package.ts'
import { withProgress } from './wait.ts'

export const ELASTICSEARCH_VERSION = '9.2.4'
const ARTIFACT = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${ELASTICSEARCH_VERSION}:zip`
const PLUGIN_SOURCES = fileURLToPath(new URL('./elasticsearch-plugin/', import.meta.url))
const PLUGIN_NAME = 'analysis-basics'
const DESCRIPTOR = 'plugin-descriptor.properties'

const run = promisify(execFile)

/** Folder of a complete server. @param jdk home of a JDK >= 21, which unpacks and compiles */
export function elasticsearchHome(cache: string, jdk: string, by: Installer): Promise<string> {
  const name = `elasticsearch-${ELASTICSEARCH_VERSION}-${pluginHash()}`
  return cacheEntry(cache, name, async (target) => {
    by.say(`fetching Elasticsearch ${ELASTICSEARCH_VERSION} (100 MB, once) into ${cache}`)
    await withProgress('Elasticsearch: fetching with mvn', fetchZip(target, by))
    await withProgress('Elasticsearch: unpacking and compiling the analysis plugin', unpack(target, jdk))
  })
}

async function fetchZip(target: string, by: Installer): Promise<void> {
  const mvn = await requireProgram(['mvn'], 'maven', by)
  await run(mvn, ['-B', '-q', 'dependency:copy', `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${target}`], {
    cwd: target,
    env: { ...by.env },
    signal: by.signal,
  })
}

/** `jar` unpacks a zip everywhere a JDK is; it drops the execute bits, which are set again. */
async function unpack(target: string, jdk: string): Promise<void> {
  const zip = `elasticsearch-${ELASTICSEARCH_VERSION}.zip`
  await run(join(jdk, 'bin', 'jar'), ['xf', zip], { cwd: target })
  rmSync(join(target, zip))
  const unpacked = join(target, `elasticsearch-${ELASTICSEARCH_VERSION}`)
  for (const part of readdirSync(unpacked)) renameSync(join(unpacked, part), join(target, part))
  rmSync(unpacked, { recursive: true })
  for (const script of readdirSync(join(target, 'bin'))) chmodSync(join(target, 'bin', script), 0o755)
  await compilePlugin(target, jdk)
}

async function compilePlugin(home: string, jdk: string): Promise<void> {
  const classes = join(home, 'plugin-classes')
  const plugin = join(home, 'plugins', PLUGIN_NAME)
  mkdirSync(plugin, { recursive: true })
  const sources = javaFiles().map((file) => join(PLUGIN_SOURCES, file))
  await run(join(jdk, 'bin', 'javac'), [
    '--release',
    '21',
    '-cp',
    join(home, 'lib', '*'),
    '-d',
    classes,
    ...sources,
  ])
  const jar = join(plugin, `${PLUGIN_NAME}.jar`)
  await run(join(jdk, 'bin', 'jar'), ['--create', '--file', jar, '-C', classes, '.'])
  rmSync(classes, { recursive: true })
  copyFileSync(join(PLUGIN_SOURCES, DESCRIPTOR), join(plugin, DESCRIPTOR))
}

function javaFiles(): string[] {
  return readdirSync(join(PLUGIN_SOURCES, 'aisle'))
    .sort()
    .map((file) => join('aisle', file))
}

function pluginHash(): string {
  const hash = createHash('sha256')
  for (const file of [DESCRIPTOR, ...javaFiles()]) {
    hash.update(file).update(readFileSync(join(PLUGIN_SOURCES, file)))
  }
  return hash.digest('hex').slice(0, 12)
}
