/**
 * What has to be true before TypeScript can run here: a Node that is new enough, and the locked packages. Plain
 * JavaScript for Node 18 and newer. Run by itself it makes sure of both and prints the path of the Node, which
 * the launchers in bin/ use.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheEntry, withLock } from './cache-entry.mjs'

export const CHECKOUT = resolve(fileURLToPath(new URL('..', import.meta.url)))

/** Node runs TypeScript without a flag from here on. */
const OLDEST = [22, 18]
const PACKAGE = 'node@24'
const ENTRY = 'node24'

/** Path of a Node that runs TypeScript: this one, or one that is fetched once into the cache folder. */
export async function findNode() {
  if (isNewEnough(process.versions.node)) return process.execPath
  const entry = await cacheEntry(cacheFolder(), ENTRY, async (target) => {
    console.error(`Node ${process.versions.node} is too old here; fetching ${PACKAGE} (190 MB, once)`)
    writeFileSync(join(target, 'package.json'), '{ "private": true }')
    await runNpm(['install', PACKAGE], target, process.execPath)
    if (!existsSync(nodeIn(target)))
      await run(process.execPath, ['installArchSpecificPackage.js'], packageIn(target))
  })
  return nodeIn(entry)
}

/** The package brings its binary by an install script, which npm may have been told not to run. */
function packageIn(folder) {
  return join(folder, 'node_modules', 'node')
}

function nodeIn(folder) {
  return join(packageIn(folder), 'bin', 'node')
}

function cacheFolder() {
  const { AISLE_CACHE_DIR, XDG_CACHE_HOME } = process.env
  return resolve(AISLE_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'aisle'))
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}

/** Install the locked packages when one is missing or of another version. Two at once: the second waits. */
export async function ensurePackages(node) {
  if (isInstalled()) return
  mkdirSync(join(CHECKOUT, '.aisle'), { recursive: true })
  await withLock(join(CHECKOUT, '.aisle', 'install.lock'), async () => {
    if (isInstalled()) return
    console.error('installing the locked packages (npm ci)')
    await runNpm(['ci'], CHECKOUT, node)
  })
}

/** Compares the lock with what npm says it has installed. Optional packages are for other platforms. */
function isInstalled() {
  const installed = readPackages(join(CHECKOUT, 'node_modules', '.package-lock.json'))
  const locked = readPackages(join(CHECKOUT, 'package-lock.json'))
  return Object.entries(locked).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  )
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {}
}

/** npm runs under the same Node as the project: under an older one it resolves other versions. */
function runNpm(args, cwd, node) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  return run('npm', [...args, ...quiet], cwd, pathWith(node))
}

/** PATH with the folder of this Node first. */
export function pathWith(node) {
  return `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`
}

/** Its output goes to standard error: standard output belongs to results. */
function run(command, args, cwd, path = process.env.PATH) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, PATH: path }, stdio: ['ignore', 2, 2] })
    child.once('error', (error) => failed(new Error(`${command} could not be started: ${error.message}`)))
    child.once('exit', (code) =>
      code === 0 ? done() : failed(new Error(`${command} ${args.join(' ')} failed with exit code ${code}`)),
    )
  })
}

/** A Node that runs TypeScript, with the packages in place. */
export async function prepareNode() {
  const node = await findNode()
  await ensurePackages(node)
  return node
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await prepareNode())
