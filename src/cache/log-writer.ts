/**
 * The publisher's end of the invalidation log: one FIFO, appended in order, each record again until Redis has
 * answered. Repeats are harmless: a tag named twice invalidates once more.
 *
 * P1 A heartbeat says "everything that search shows of before this tick is in the log". Search may show a write as
 *    soon as its bulk was sent (an answer can be lost, an index refreshes by itself), so a tick that was read
 *    while writes were under way is queued only when all of them have been published.
 * P2 Records and heartbeats pass through the same queue; nothing overtakes.
 * P3 What cannot be kept is not forgotten in silence: when Redis stays away and the queue is full it is dropped, and
 *    a new epoch begins before anything else is appended, so that every node forgets what it holds.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '../redis/connection.ts'
import type { CacheKeys } from '../redis/keys.ts'
import { bindScript, readScript } from '../redis/scripts.ts'
import { HEARTBEAT_VERB, heartbeatText, TAG_SEPARATOR } from './log-record.ts'
import type { Verb } from './watermark.ts'

const LOG_MAX = 100_000
const RETRY_MS = 100
/** Records that wait for Redis; beyond it a new epoch is cheaper than the records. */
const QUEUE_MAX = 10_000

type Queued = {
  readonly text: string
  readonly lsn: string
  readonly verb: Verb | typeof HEARTBEAT_VERB
  readonly done: () => void
}
type WaitingBeat = { readonly epoch: string; readonly tick: number; readonly sent: number }

/** Tags that one publication names. */
export type PublishedTags = { readonly verb: Verb; readonly tags: readonly string[] }

export type LogWriterParts = {
  readonly connection: Redis
  readonly keys: CacheKeys
  readonly freshEpoch: () => string
  /**
   * Commit position up to which everything is visible and was given to `publish`, as text; asked when a record is
   * queued, so that everything at or below it lies before that record or in it.
   */
  readonly lsn: () => string
  readonly onError?: (error: unknown) => void
}

export class LogWriter {
  readonly #parts: LogWriterParts
  readonly #append: ReturnType<typeof bindScript>
  readonly #queue: Queued[] = []
  #written = 0
  #sent = 0
  /** Numbers of writes that are sent and not published, oldest first. */
  readonly #underway = new Set<number>()
  #waiting: WaitingBeat[] = []
  #isInDebt = false
  /** Position of the records queued so far. */
  #lsn = ''
  #wake = Promise.withResolvers<void>()

  constructor(parts: LogWriterParts) {
    this.#parts = parts
    this.#append = bindScript(parts.connection, readScript('append-invalidation'))
  }

  /** Records that Redis does not have yet. */
  get queued(): number {
    return this.#queue.length
  }

  /** Every write that was sent is published, and Redis has all of it. */
  get isSettled(): boolean {
    return this.#queue.length === 0 && this.#underway.size === 0 && !this.#isInDebt
  }

  /** Writes are about to be sent. @returns their number, for `publish` */
  sending(): number {
    this.#sent += 1
    this.#underway.add(this.#sent)
    return this.#sent
  }

  /**
   * These writes are visible: queue what they invalidate, in this turn of the event loop.
   * @returns settles when the log has it
   */
  async publish(sent: readonly number[], records: readonly PublishedTags[]): Promise<void> {
    const named = records.filter(({ tags }) => tags.length > 0)
    // Only the last record of a publication has all of it before or in it.
    const before = this.#lsn
    this.#lsn = this.#parts.lsn()
    const appended = named.map(({ verb, tags }, i) =>
      this.#enqueue(tags.join(TAG_SEPARATOR), verb, i === named.length - 1 ? this.#lsn : before),
    )
    for (const number of sent) this.#underway.delete(number)
    this.#releaseBeats()
    await Promise.all(appended)
  }

  /** Read the tick and queue it as soon as P1 allows. @throws when Redis does not answer: no heartbeat then */
  async beat(): Promise<void> {
    const [epoch, tick] = await this.#parts.connection.mget(this.#parts.keys.epoch, this.#parts.keys.tick)
    if (!epoch) return // no log yet: the first record or the first reader makes one
    this.#waiting.push({ epoch, tick: Number(tick ?? 0), sent: this.#sent })
    this.#releaseBeats()
  }

  /** Begin a new life of the log: every node forgets what it holds. For an unclean start. */
  async newEpoch(): Promise<void> {
    await this.#parts.connection.set(this.#parts.keys.epoch, this.#parts.freshEpoch())
  }

  /** Append what is queued until the signal aborts. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = () => this.#wake.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    while (!signal.aborted) {
      try {
        if (this.#isInDebt) await this.#payDebt()
        const next = this.#queue[0]
        if (!next) {
          await this.#wake.promise
          this.#wake = Promise.withResolvers()
          continue
        }
        await this.#appendOne(next)
        if (this.#queue[0] === next) this.#queue.shift()
        next.done()
      } catch (error) {
        this.#parts.onError?.(error)
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  async #appendOne({ text, verb, lsn }: Queued): Promise<void> {
    const { keys, freshEpoch } = this.#parts
    const args = [this.#written, freshEpoch(), LOG_MAX, text, verb, lsn]
    const [, id] = await this.#append([keys.seq, keys.log, keys.epoch], args)
    this.#written = Number(id)
  }

  async #payDebt(): Promise<void> {
    await this.newEpoch()
    this.#isInDebt = false
  }

  #enqueue(text: string, verb: Queued['verb'], lsn: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#queue.length >= QUEUE_MAX) {
      for (const { done } of this.#queue.splice(0)) done()
      this.#isInDebt = true
    }
    this.#queue.push({ text, verb, lsn, done: resolve })
    this.#wake.resolve()
    return promise
  }

  #releaseBeats(): void {
    const oldest = this.#underway.values().next().value ?? Number.POSITIVE_INFINITY
    const ready = this.#waiting.filter((beat) => beat.sent < oldest)
    this.#waiting = this.#waiting.filter((beat) => beat.sent >= oldest)
    const newest = ready.at(-1) // an older tick proves nothing that the newest does not
    if (!newest) return
    this.#lsn = this.#parts.lsn()
    void this.#enqueue(heartbeatText(newest.epoch, newest.tick), HEARTBEAT_VERB, this.#lsn)
  }
}
