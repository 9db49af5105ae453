/**
 * Starts an entry file under the right Node and stays with it to the end. The two look after each other: the
 * entry holds a pipe from here and stops when it closes, which the system does even when this process is killed;
 * and when the entry is killed, what it left running is ended from here.
 */
import { spawn, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { CHECKOUT, pathWith, prepareNode } from './node.mjs'

const PARENT_POLL_MS = 500

/** @param entry file below the checkout. Ends this process with the exit code of the entry. */
export async function launch(entry, args = process.argv.slice(2)) {
  let node
  try {
    node = await prepareNode()
  } catch (thrown) {
    console.error(thrown.message)
    process.exit(3)
  }
  // INIT_CWD is npm's name for the folder of the person; file names on the command line are meant from there.
  const env = { INIT_CWD: process.cwd(), ...process.env, PATH: pathWith(node) }
  // A session of its own: Ctrl-C comes to this process alone and is passed on once.
  const child = spawn(node, [join(CHECKOUT, entry), '--follow-stdin', ...args], {
    cwd: CHECKOUT,
    env,
    detached: true,
    stdio: ['pipe', 'inherit', 'inherit'],
  })
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name))
  followNpm(child)
  child.once('error', (error) => {
    console.error(`${node} could not be started: ${error.message}`)
    process.exit(3)
  })
  child.once('exit', (code, signal) => {
    endGroup(child.pid)
    if (signal) spawnSync(node, [join(CHECKOUT, 'stack/clear.ts')], { env, stdio: ['ignore', 2, 2] })
    process.exit(code ?? 128 + constants.signals[signal])
  })
}

/** Processes that the entry started without giving them a session of their own, and did not end. */
function endGroup(leader) {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (thrown) {
    if (thrown.code !== 'ESRCH') throw thrown
  }
}

/**
 * npm does not tell its child when it is killed; the child sees that it has another parent. (The scripts of
 * package.json begin with `exec`, so that no shell stands between the two: it would die of a signal that npm
 * passes on, and npm would be gone before the servers are.)
 */
function followNpm(child) {
  if (!process.env.npm_lifecycle_event) return
  const npm = process.ppid
  setInterval(() => {
    if (process.ppid !== npm) child.stdin.destroy()
  }, PARENT_POLL_MS).unref()
}
