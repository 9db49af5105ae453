/**
 * Walks fan-out jobs: ids by keyset, a few pages ahead, written at low priority, the last durable id recorded, so
 * that a crash costs a page or two. A job waits until the stream has reached its commit: an earlier version would
 * be refused where a newer one stands that does not contain the commit yet (I2).
 */
import { advanceJob, deleteOldJobs, finishJob, type Job, openJobs } from '../adapters/jobs.ts'
import { readAffected } from '../adapters/rows.ts'
import { abortable, type Bell, createBell, until } from '../adapters/wait.ts'
import { NO_LSN, parseLsn } from '../core/lsn.ts'
import type { Context } from './context.ts'
import type { Pipeline } from './pipeline.ts'

const PAGE = 500
/** Pages under way: enough to keep two readers busy. */
const PAGES_AHEAD = 4
const LOOK_MS = 5_000
const VERSION_LOOK_MS = 20

type Page = { readonly last: bigint; readonly count: number; readonly durable: Promise<void> }

export class JobWalker {
  readonly #context: Context
  readonly #pipeline: Pipeline
  readonly #bell: Bell = createBell()
  #open = 0

  constructor(context: Context, pipeline: Pipeline) {
    this.#context = context
    this.#pipeline = pipeline
  }

  /** Jobs known and not finished. */
  get open(): number {
    return this.#open
  }

  /** A job was recorded. */
  wake(): void {
    this.#open += 1
    this.#bell.ring()
  }

  /** Jobs that an earlier leader left: of before the first position that this one may claim. */
  async takeOver(): Promise<void> {
    this.#known(await openJobs(this.#context.pool, this.#context.mapping.name))
  }

  #known(jobs: readonly Job[]): void {
    for (const { job_id } of jobs) this.#pipeline.fanOuts.open(job_id, NO_LSN, this.#context.now())
  }

  /** Runs until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { pool, mapping, metrics } = this.#context
    await deleteOldJobs(pool)
    for (;;) {
      const jobs = await openJobs(pool, mapping.name)
      this.#open = jobs.length
      this.#known(jobs)
      metrics.set('indexer_fanout_backlog', backlogOf(jobs))
      for (const job of jobs) await this.#carryOut(job, signal)
      if (jobs.length === 0) await this.#bell.wait(LOOK_MS, signal)
    }
  }

  async #carryOut(job: Job, signal: AbortSignal): Promise<void> {
    const { log, mapping, pool } = this.#context
    log.info({ job: job.job_id, source: job.source, total: job.total }, 'a fan-out begins')
    await until(() => this.#pipeline.version >= parseLsn(job.commit_lsn), VERSION_LOOK_MS, signal)
    const sql = mapping.affected[job.source]?.sql
    if (sql) await this.#walk(job, sql, signal) // a rule that is gone touches nothing
    await abortable(this.#pipeline.shown(), signal) // done means that search shows it
    await finishJob(pool, job.job_id)
    this.#pipeline.fanOuts.close(job.job_id)
    log.info({ job: job.job_id }, 'a fan-out is done')
  }

  async #walk(job: Job, sql: string, signal: AbortSignal): Promise<void> {
    const { pool } = this.#context
    const underway: Page[] = []
    let after = BigInt(job.last_id)
    for (let isEnd = false; !isEnd || underway.length > 0; ) {
      if (!isEnd && underway.length < PAGES_AHEAD) {
        const ids = await readAffected(pool, sql, job.keys, after, PAGE)
        isEnd = ids.length < PAGE
        after = BigInt(ids.at(-1) ?? after)
        underway.push({ last: after, count: ids.length, durable: this.#pipeline.rewrite(ids) })
        continue
      }
      const first = underway.shift()
      if (!first) return
      await abortable(first.durable, signal)
      await advanceJob(pool, job.job_id, first.last, first.count)
    }
  }
}

function backlogOf(jobs: readonly Job[]): number {
  return jobs.reduce((sum, job) => sum + Math.max(0, (job.total ?? 0) - job.done), 0)
}
