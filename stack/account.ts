/**
 * The account that local servers run as. Postgres and Elasticsearch refuse to run as root, so under root they get
 * the unprivileged account `nobody`; then every folder they read or write must be one that account may enter.
 */
import { chownSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Account of a child process; empty for "the same as ours". */
export type Account = { readonly uid?: number; readonly gid?: number }

/** `nobody` and `nogroup` on Debian; any ids without privileges do, they need no entry in /etc/passwd. */
const NOBODY = { uid: 65_534, gid: 65_534 } as const

/** Execute permission of others: without it on each folder of a path, `nobody` cannot reach what is inside. */
const OTHERS_MAY_ENTER = 0o001

export function serverAccount(): Account {
  return process.getuid?.() === 0 ? NOBODY : {}
}

/** Whether the account may reach `path`: true without a switch of accounts. `path` need not exist yet. */
export function canReach(account: Account, path: string): boolean {
  if (account.uid === undefined) return true
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const found = statSync(folder, { throwIfNoEntry: false })
    if (found && (found.mode & OTHERS_MAY_ENTER) === 0 && found.uid !== account.uid) return false
    if (folder === dirname(folder)) return true
  }
}

/** Make a folder, with its parents, that belongs to the account and that no other account reads. */
export function ownFolder(account: Account, path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o755 })
  giveTo(account, path)
  return path
}

export function giveTo(account: Account, path: string): void {
  if (account.uid !== undefined && account.gid !== undefined) chownSync(path, account.uid, account.gid)
}
