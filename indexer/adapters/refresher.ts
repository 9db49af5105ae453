/**
 * Makes written documents searchable: one refresh under way at a time, at most one per cadence. A batch is
 * visible when a refresh that began after its writes were durable has finished without a failed shard.
 */
import type { Client } from '@elastic/elasticsearch'
import { messageOf } from '../../src/errors.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import { BULK_RETRY, backoffMs } from '../core/backoff.ts'
import { untilRefresh } from '../core/cadence.ts'
import type { Lsn } from '../core/lsn.ts'
import type { Mark } from '../core/mark.ts'
import { type Bell, createBell, sleep } from './wait.ts'

/** What became durable together. */
export type DurableBatch = {
  readonly ids: readonly string[]
  /** Commit time of the oldest change in it, ms since 1970; null: not from the stream (fan-out, rescan). */
  readonly oldestCommitMs: number | null
  /** What cached answers it touches, known when its rows were read; null: nobody is told. */
  mark: Mark | null
}

export type RefresherOptions = {
  readonly client: Client
  /** The index that search reads, or null while there is none. */
  readonly liveIndex: () => string | null
  readonly everyMs: number
  /** Ids of the stream that wait to be read. */
  readonly backlog: () => number
  readonly now: () => number
  readonly random: () => number
  readonly log: Logger
  /** Every commit at or below is durable: what a refresh that starts now will show. */
  readonly durable: () => Lsn
  /**
   * Called in the turn of the event loop in which the refresh ended; the cache is told from there.
   * @param upTo every commit at or below is visible
   */
  readonly onVisible: (batches: readonly DurableBatch[], upTo: Lsn) => void
}

const REFRESH_TIMEOUT_MS = 10_000
const IDLE_LOOK_MS = 60_000
const REST_LOOK_MS = 20

export class Refresher {
  readonly #options: RefresherOptions
  readonly #bell: Bell = createBell()
  #waiting: DurableBatch[] = []
  /** Who waits for a refresh. The first one shows what an earlier leader may have left unseen. */
  #watchers: (() => void)[] = [() => undefined]
  #isRefreshing = false

  constructor(options: RefresherOptions) {
    this.#options = options
  }

  /** Everything that was added is visible. */
  get isIdle(): boolean {
    return !this.#isDue && !this.#isRefreshing
  }

  /** The batch is durable in the live index. */
  add(batch: DurableBatch): void {
    this.#waiting.push(batch)
    this.#bell.ring()
  }

  /** Resolves when search shows, and the cache was told, everything that is durable now. */
  shown(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#watchers.push(resolve)
    this.#bell.ring()
    return promise
  }

  get #isDue(): boolean {
    return this.#waiting.length > 0 || this.#watchers.length > 0
  }

  /** Runs until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { now, random } = this.#options
    for (let failures = 0; ; ) {
      if (!this.#isDue) await this.#bell.wait(IDLE_LOOK_MS, signal)
      if (!this.#isDue) continue
      const [batches, watchers] = [this.#waiting, this.#watchers]
      this.#waiting = []
      this.#watchers = []
      const upTo = this.#options.durable()
      this.#isRefreshing = true
      const startedAt = now()
      const isDone = await this.#refreshOnce(signal)
      this.#isRefreshing = false
      if (isDone) {
        failures = 0
        this.#options.onVisible(batches, upTo)
        for (const watcher of watchers) watcher()
      } else {
        failures += 1
        this.#waiting = [...batches, ...this.#waiting]
        this.#watchers = [...watchers, ...this.#watchers]
        await sleep(backoffMs(BULK_RETRY, failures, random()), signal)
      }
      await this.#rest(startedAt, signal)
    }
  }

  /** Until the next refresh is due; how much waits is looked at again and again. */
  async #rest(startedAt: number, signal: AbortSignal): Promise<void> {
    const { now, everyMs, backlog } = this.#options
    const restMs = () => untilRefresh(everyMs, now() - startedAt, backlog())
    for (let ms = restMs(); ms > 0; ms = restMs()) await sleep(Math.min(ms, REST_LOOK_MS), signal)
  }

  async #refreshOnce(signal: AbortSignal): Promise<boolean> {
    const { client, liveIndex, log } = this.#options
    const index = liveIndex()
    if (index === null) return true
    try {
      const options = { signal, requestTimeout: REFRESH_TIMEOUT_MS }
      const { _shards } = await client.indices.refresh({ index }, options)
      return (_shards?.failed ?? 0) === 0
    } catch (thrown) {
      signal.throwIfAborted()
      log.warn({ index, reason: messageOf(thrown) }, 'a refresh failed and is repeated')
      return false
    }
  }
}
