/**
 * Walks fan-out jobs: ids by keyset, a few pages ahead, written at low priority, the last durable id recorded, so
 * that a crash costs a page or two. A job waits until the stream has reached its commit: an earlier version would
 * be refused where a newer one stands that does not contain the commit yet (I2).
 */
import { advanceJob, deleteOldJobs, finishJob, type Job, openJobs } from '../adapters/jobs.ts'
import { readAffected } from '../adapters/rows.ts'
import { createBell, until } from '../adapters/wait.ts'
import { parseLsn } from '../core/lsn.ts'
import type { Context } from './context.ts'
import type { Pipeline } from './pipeline.ts'

export type JobWalker = {
  /** A job was recorded. */
  wake(): void
  /** Jobs known and not finished. */
  readonly open: number
  run(signal: AbortSignal): Promise<void>
}

const PAGE = 500
/** Pages under way: enough to keep two readers busy. */
const PAGES_AHEAD = 4
const LOOK_MS = 5_000
const VERSION_LOOK_MS = 20

export function createJobWalker(context: Context, pipeline: Pipeline): JobWalker {
  const { pool, mapping, metrics, log } = context
  const bell = createBell()
  bell.ring() // jobs of an earlier run
  let open = 0

  const walk = async (job: Job, signal: AbortSignal): Promise<void> => {
    const sql = mapping.affected[job.source]?.sql
    const commit = parseLsn(job.commit_lsn)
    await until(() => pipeline.version >= commit, VERSION_LOOK_MS, signal)
    const underway: { last: bigint; count: number; durable: Promise<void> }[] = []
    let after = BigInt(job.last_id)
    let isEnd = sql === undefined // a rule that is gone touches nothing
    while (!isEnd || underway.length > 0) {
      signal.throwIfAborted()
      if (sql !== undefined && !isEnd && underway.length < PAGES_AHEAD) {
        const ids = await readAffected(pool, sql, job.keys, after, PAGE)
        isEnd = ids.length < PAGE
        if (ids.length === 0) continue
        after = BigInt(ids.at(-1) ?? after)
        underway.push({ last: after, count: ids.length, durable: pipeline.rewrite(ids) })
        continue
      }
      const first = underway.shift()
      if (!first) break
      await raceAbort(first.durable, signal)
      await advanceJob(pool, job.job_id, first.last, first.count)
    }
    await finishJob(pool, job.job_id)
  }

  return {
    wake() {
      open += 1
      bell.ring()
    },
    get open() {
      return open
    },
    async run(signal) {
      await deleteOldJobs(pool)
      for (;;) {
        const jobs = await openJobs(pool, mapping.name)
        open = jobs.length
        metrics.set('indexer_fanout_backlog', backlogOf(jobs))
        for (const job of jobs) {
          log.info({ job: job.job_id, source: job.source, total: job.total }, 'a fan-out begins')
          await walk(job, signal)
          log.info({ job: job.job_id }, 'a fan-out is done')
        }
        if (jobs.length === 0) await bell.wait(LOOK_MS, signal)
      }
    },
  }
}

function backlogOf(jobs: readonly Job[]): number {
  return jobs.reduce((sum, job) => sum + Math.max(0, (job.total ?? 0) - job.done), 0)
}

/** @throws the signal's reason when it is aborted before the promise settles */
async function raceAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
