/**
 * Makes written documents searchable: one refresh under way at a time, at most one per cadence. A batch is
 * visible when a refresh that began after its writes were durable has finished without a failed shard.
 */
import type { Client } from '@elastic/elasticsearch'
import { messageOf } from '../../src/errors.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import { BULK_RETRY, backoffMs } from '../core/backoff.ts'
import { createBell, sleep } from './wait.ts'

/** What became durable together. */
export type DurableBatch = {
  readonly ids: readonly string[]
  /** Commit time of the oldest change in it, ms since 1970; null: not from the stream (fan-out, rescan). */
  readonly oldestCommitMs: number | null
}

export type Refresher = {
  /** The batch is durable in the live index. */
  add(batch: DurableBatch): void
  /** Runs until the signal. */
  run(signal: AbortSignal): Promise<void>
}

export type RefresherOptions = {
  readonly client: Client
  /** The index that search reads, or null while there is none. */
  readonly liveIndex: () => string | null
  readonly everyMs: number
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Called in the turn of the event loop in which the refresh ended; the invalidation publisher attaches here. */
  readonly onVisible: (batches: readonly DurableBatch[]) => void
}

const REFRESH_TIMEOUT_MS = 10_000
const IDLE_LOOK_MS = 60_000

export function createRefresher(options: RefresherOptions): Refresher {
  const bell = createBell()
  let waiting: DurableBatch[] = []
  const refreshOnce = async (signal: AbortSignal): Promise<boolean> => {
    const index = options.liveIndex()
    if (index === null) return true
    try {
      const { _shards } = await options.client.indices.refresh(
        { index },
        { signal, requestTimeout: REFRESH_TIMEOUT_MS },
      )
      return (_shards?.failed ?? 0) === 0
    } catch (thrown) {
      signal.throwIfAborted()
      options.log.warn({ index, reason: messageOf(thrown) }, 'a refresh failed and is repeated')
      return false
    }
  }
  return {
    add(batch) {
      waiting.push(batch)
      bell.ring()
    },
    async run(signal) {
      let failures = 0
      for (;;) {
        if (waiting.length === 0) await bell.wait(IDLE_LOOK_MS, signal)
        if (waiting.length === 0) continue
        const batches = waiting
        waiting = []
        const startedAt = options.now()
        if (await refreshOnce(signal)) {
          failures = 0
          options.onVisible(batches)
        } else {
          failures += 1
          waiting = [...batches, ...waiting]
          await sleep(backoffMs(BULK_RETRY, failures, options.random()), signal)
        }
        const restMs = options.everyMs - (options.now() - startedAt)
        if (restMs > 0) await sleep(restMs, signal)
      }
    },
  }
}
