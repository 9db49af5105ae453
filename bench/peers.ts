/** The other caches that ours is measured beside. They have a lock of their own and are installed only for this. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Say } from '../stack/wait.ts'
import type { StartCache } from './raced-cache.ts'

export type Peers = {
  readonly startLruCache: StartCache
  readonly startBentocache: StartCache
  readonly startCacheable: StartCache
}

const FOLDER = new URL('./peers/', import.meta.url)

/** @throws Error when they cannot be installed */
export async function loadPeers(say: Say): Promise<Peers> {
  if (!existsSync(new URL('node_modules/.package-lock.json', FOLDER))) {
    say('installing the caches to compare with (npm ci in bench/peers)')
    const options = { cwd: fileURLToPath(FOLDER), stdio: ['ignore', 2, 2] as [string, number, number] }
    const { status } = spawnSync(
      'npm',
      ['ci', '--loglevel=error'],
      options as Parameters<typeof spawnSync>[2],
    )
    if (status !== 0) throw new Error(`npm ci in bench/peers ended with ${status}`)
  }
  // Not known to the compiler: these packages are not those of the project.
  return (await import(new URL('caches.mjs', FOLDER).href)) as Peers
}
