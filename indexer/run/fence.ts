/**
 * The fence: reads that begin after it contain every commit whose record was in the WAL before it. A commit record
 * can be written while the commit is still invisible (fact E16); only an assigned transaction id bounds it.
 */
import type { Pool } from '../../src/postgres/pool.ts'
import { hasPassed, takeFence } from '../adapters/slot.ts'
import { sleep } from '../adapters/wait.ts'

const LOOK_MS = 10

/** Wait for every write transaction that runs now. */
export async function passFence(pool: Pool, signal: AbortSignal): Promise<void> {
  const fence = await takeFence(pool)
  while (!(await hasPassed(pool, fence))) await sleep(LOOK_MS, signal)
}
