/**
 * Folders of the stack. State belongs to one checkout (`.aisle/`), so two checkouts never share data; what is
 * fetched once (server, Node) belongs to the user and is shared by all checkouts.
 */
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { canReach, serverAccount } from './account.ts'

export type Env = Readonly<Record<string, string | undefined>>

/**
 * Data of the servers: beside the state, or, where their account cannot enter that folder (a checkout in the
 * home of root), below /var/tmp under a name made from the state folder.
 */
export function dataFolder(state: string): string {
  const beside = join(state, 'data')
  if (canReach(serverAccount(), join(beside, 'x'))) return beside
  const name = createHash('sha256').update(state).digest('hex').slice(0, 12)
  return join('/var/tmp', `aisle-${name}`)
}

/** Fetched things: `AISLE_CACHE_DIR`, else the user's cache folder; scripts/node.mjs keeps the Node there. */
export function cacheFolder(env: Env): string {
  if (env['AISLE_CACHE_DIR']) return resolve(env['AISLE_CACHE_DIR'])
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'aisle')
}

/** Fetched servers: the cache folder, or /var/cache where the account of the servers cannot enter it. */
export function serverCacheFolder(env: Env): string {
  const own = cacheFolder(env)
  return canReach(serverAccount(), join(own, 'x')) ? own : '/var/cache/aisle'
}
