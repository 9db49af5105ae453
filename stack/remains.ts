/** What a killed stack or demo of this checkout left behind: processes are ended, state files removed. */
import { endServer } from './server.ts'
import { isKept, readDemo, readStack, removeDemo, removeStack } from './state.ts'
import type { Say } from './wait.ts'

/** End and remove the remains, if their keeper is gone. A stack that is kept is left alone. */
export async function clearRemains(state: string, say: Say): Promise<void> {
  for (const { read, remove } of [
    { read: readDemo, remove: removeDemo },
    { read: readStack, remove: removeStack },
  ]) {
    const left = read(state)
    if (!left || isKept(left)) continue
    if (left.processes.length > 0) say('a stack of this checkout was killed; ending what it left')
    await Promise.all(left.processes.map((record) => endServer(record)))
    remove(state)
  }
}
