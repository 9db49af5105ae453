/**
 * The job that keeps the suggestion index: it looks every second whether a rebuild is due, and does it under a
 * lock, so that any number of workers may run it. What was built, and when, stands in the index itself: a worker
 * that starts again does not build again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogPosition } from '../../cache/log-position.ts'
import type { Names } from '../../catalog/names.ts'
import type { Client } from '../../elasticsearch/client.ts'
import type { ElasticsearchReader } from '../../elasticsearch/reader.ts'
import { messageOf } from '../../errors.ts'
import { holdingLock } from '../../postgres/advisory-lock.ts'
import type { Pool } from '../../postgres/pool.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { categoryTree } from '../category-tree.ts'
import { elasticsearchCalls } from '../elasticsearch-calls.ts'
import { type DueReason, dueReason } from './due.ts'
import { builtFrom, dropIndices, rebuildSuggestions } from './rebuild.ts'

export type SuggestionsJob = {
  readonly client: Client
  readonly reader: ElasticsearchReader
  readonly pool: Pool
  readonly names: Names
  readonly metrics: Metrics
  readonly log: Logger
  /** Between two rebuilds, ms. */
  readonly everyMs: number
  /** Where the invalidation log stands; null: not known. */
  logPosition(): Promise<LogPosition | null>
  /** ms since 1970. */
  now(): number
  /** Monotonic clock, ms. */
  clock(): number
}

/** Any fixed number; it only must not meet another lock of this database. */
const LOCK = 7_265_110_403n
const LOOK_EVERY_MS = 1_000
/** After a failure, so that a server that comes back is not pressed, ms. */
const PAUSE_MS = 5_000
/** Searches that began before the swap have ended by then, ms. */
const GRACE_MS = 2_000

/** Run until `signal` aborts. Failures are logged and tried again; none ends the job. */
export async function keepSuggestions(job: SuggestionsJob, signal: AbortSignal): Promise<void> {
  const calls = elasticsearchCalls(job.reader, job.metrics, job.clock)
  const tree = categoryTree({
    pool: job.pool,
    calls,
    itemsAlias: job.names.itemsAlias,
    now: job.clock,
  })
  while (!signal.aborted) {
    let pauseMs = LOOK_EVERY_MS
    try {
      const due = await look(job, calls.resolve, signal)
      if (due) await holdingLock(job.pool, LOCK, () => rebuildIfDue(job, calls.resolve, tree, signal))
    } catch (thrown) {
      if (signal.aborted) return
      job.metrics.count('suggestions_built_total', { outcome: 'failed' })
      job.log.warn({ cause: messageOf(thrown) }, 'suggestions were not rebuilt')
      pauseMs = PAUSE_MS
    }
    await pause(pauseMs, signal)
  }
}

type Resolve = (alias: string, signal: AbortSignal) => Promise<string | null>
type Due = { readonly reason: DueReason; readonly generation: string }

async function look(job: SuggestionsJob, resolve: Resolve, signal: AbortSignal): Promise<Due | null> {
  const { client, names } = job
  const generation = await resolve(names.itemsAlias, signal)
  if (generation === null) return null // no items index yet
  const [built, { count: items }] = await Promise.all([
    builtFrom(client, names.suggestionsAlias, signal),
    client.count({ index: generation }, { signal }),
  ])
  const reason = dueReason(built, { generation, items }, job.now(), job.everyMs)
  return reason && { reason, generation }
}

/** Under the lock: another worker may have built while this one waited for it. */
async function rebuildIfDue(
  job: SuggestionsJob,
  resolve: Resolve,
  tree: ReturnType<typeof categoryTree>,
  signal: AbortSignal,
): Promise<void> {
  const due = await look(job, resolve, signal)
  if (!due) return
  const began = job.clock()
  const log = await job.logPosition()
  const { documents, replaced } = await rebuildSuggestions({
    client: job.client,
    alias: job.names.suggestionsAlias,
    source: due.generation,
    tree: await tree(signal),
    builtAt: job.now(),
    log,
    signal,
  })
  job.metrics.count('suggestions_built_total', { outcome: 'built' })
  job.metrics.set('suggestions_documents', documents)
  const ms = Math.round(job.clock() - began)
  job.log.info({ reason: due.reason, source: due.generation, documents, ms }, 'suggestions rebuilt')
  await pause(GRACE_MS, signal)
  if (!signal.aborted) await dropIndices(job.client, replaced, signal)
}

/** Wait, or less when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown
  })
}
