/**
 * Entries of the cache folder. An entry is a folder that appears whole or not at all: it is built beside its
 * place and renamed into it, so a broken fetch is never kept and two builders cannot mix. A lock keeps a second
 * process from fetching the same 100 MB: it waits for the first. A lock whose owner has ended is taken over.
 * Plain JavaScript, because the scripts use it before there is a Node that runs TypeScript.
 */
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A fetch over a slow line. The owner is watched meanwhile, so this is only the last resort. */
const LOCK_DEADLINE_MS = 15 * 60_000
const LOCK_POLL_MS = 100

export async function cacheEntry(folder, name, build) {
  const entry = join(folder, name)
  if (existsSync(entry)) return entry
  mkdirSync(folder, { recursive: true })
  return await withLock(join(folder, `.${name}.lock`), async () => {
    if (existsSync(entry)) return entry // built by the one we waited for
    const prefix = `.${name}.building-`
    for (const left of readdirSync(folder).filter((file) => file.startsWith(prefix))) {
      rmSync(join(folder, left), { recursive: true, force: true }) // of a builder that was killed
    }
    const building = mkdtempSync(join(folder, prefix))
    chmodSync(building, 0o755)
    try {
      await build(building)
      putInPlace(building, entry)
    } finally {
      rmSync(building, { recursive: true, force: true })
    }
    return entry
  })
}

export async function withLock(lock, work) {
  await takeLock(lock)
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** Two may take over one abandoned lock at the same moment; then the second finds the entry in place. */
function putInPlace(building, entry) {
  try {
    renameSync(building, entry)
  } catch (thrown) {
    if (!existsSync(entry)) throw thrown
  }
}

async function takeLock(lock) {
  const endsAt = Date.now() + LOCK_DEADLINE_MS
  while (!createWhole(lock, ownerText(process.pid))) {
    const owner = readOwner(lock)
    if (owner !== null && ownerText(owner.pid) !== owner.text) {
      rmSync(lock, { force: true })
      continue
    }
    if (Date.now() > endsAt)
      throw new Error(`${lock}: held for 15 minutes; delete it when nothing is being fetched`)
    await sleep(LOCK_POLL_MS)
  }
}

/** Create a file with its content in one step. @returns false when it is there already */
function createWhole(path, text) {
  const own = `${path}.${process.pid}`
  writeFileSync(own, text)
  try {
    linkSync(own, path)
    return true
  } catch (thrown) {
    if (thrown.code === 'EEXIST') return false
    throw thrown
  } finally {
    rmSync(own, { force: true })
  }
}

function readOwner(lock) {
  try {
    const text = readFileSync(lock, 'utf8')
    return { text, pid: Number(text.split(' ')[0]) }
  } catch (thrown) {
    if (thrown.code === 'ENOENT') return null
    throw thrown
  }
}

/** Pid and begin of a process, which together name it for ever; without /proc the pid alone has to do. */
function ownerText(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return `${pid} ${fields.slice(fields.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return isAlive(pid) ? `${pid} ` : 'ended'
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown.code === 'EPERM'
  }
}
