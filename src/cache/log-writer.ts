/**
 * The publisher's end of the invalidation log: one FIFO, appended in order, each record again until Redis has
 * answered. Repeats are harmless: a tag named twice invalidates once more.
 *
 * P1 A heartbeat says "everything that search shows of before this tick is in the log". Search may show a write as
 *    soon as its bulk was sent (an answer can be lost, an index refreshes by itself), so a tick that was read
 *    while writes were under way is queued only when all of them have been published.
 * P2 Records and heartbeats pass through the same queue; nothing overtakes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Redis } from '../redis/connection.ts'
import type { CacheKeys } from '../redis/keys.ts'
import { bindScript, readScript } from '../redis/scripts.ts'
import { HEARTBEAT_VERB, heartbeatText, TAG_SEPARATOR } from './log-record.ts'
import type { Verb } from './watermark.ts'

const LOG_MAX = 100_000
const RETRY_MS = 100

type Queued = {
  readonly text: string
  readonly verb: Verb | typeof HEARTBEAT_VERB
  readonly done: () => void
}
type WaitingBeat = { readonly epoch: string; readonly tick: number; readonly sent: number }

export type LogWriterParts = {
  readonly connection: Redis
  readonly keys: CacheKeys
  readonly freshEpoch: () => string
  /** Commit position up to which everything is visible, as text; goes into every record. */
  readonly lsn: () => string
  readonly onError?: (error: unknown) => void
}

export class LogWriter {
  readonly #parts: LogWriterParts
  readonly #append: ReturnType<typeof bindScript>
  readonly #queue: Queued[] = []
  #written = 0
  #sent = 0
  #published = 0
  #waiting: WaitingBeat[] = []
  #wake = Promise.withResolvers<void>()

  constructor(parts: LogWriterParts) {
    this.#parts = parts
    this.#append = bindScript(parts.connection, readScript('append-invalidation'))
  }

  /** Records that Redis does not have yet. */
  get queued(): number {
    return this.#queue.length
  }

  /** A write is about to be sent. @returns its number, for `publish`; numbers rise by one */
  sending(): number {
    this.#sent += 1
    return this.#sent
  }

  /**
   * Everything sent up to `upto` is visible: queue what it invalidates, in this turn of the event loop.
   * @returns settles when the log has it
   */
  publish(upto: number, verb: Verb, tags: readonly string[]): Promise<void> {
    this.#published = Math.max(this.#published, upto)
    const settled = tags.length === 0 ? Promise.resolve() : this.#enqueue(tags.join(TAG_SEPARATOR), verb)
    this.#releaseBeats()
    return settled
  }

  /** Read the tick and queue it as soon as P1 allows. @throws when Redis does not answer: no heartbeat then */
  async beat(): Promise<void> {
    const sent = this.#sent
    const [epoch, tick] = await this.#parts.connection.mget(this.#parts.keys.epoch, this.#parts.keys.tick)
    if (!epoch) return // no log yet: the first record or the first reader makes one
    this.#waiting.push({ epoch, tick: Number(tick ?? 0), sent: Math.max(sent, this.#sent) })
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
      const next = this.#queue[0]
      if (!next) {
        await this.#wake.promise
        this.#wake = Promise.withResolvers()
        continue
      }
      try {
        await this.#appendOne(next)
        this.#queue.shift()
        next.done()
      } catch (error) {
        this.#parts.onError?.(error)
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  async #appendOne({ text, verb }: Queued): Promise<void> {
    const { keys, freshEpoch, lsn } = this.#parts
    const args = [this.#written, freshEpoch(), LOG_MAX, text, verb, lsn()]
    const [, id] = await this.#append([keys.seq, keys.log, keys.epoch], args)
    this.#written = Number(id)
  }

  #enqueue(text: string, verb: Queued['verb']): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#queue.push({ text, verb, done: resolve })
    this.#wake.resolve()
    return promise
  }

  #releaseBeats(): void {
    const ready = this.#waiting.filter((beat) => beat.sent <= this.#published)
    this.#waiting = this.#waiting.filter((beat) => beat.sent > this.#published)
    const newest = ready.at(-1) // an older tick proves nothing that the newest does not
    if (newest) void this.#enqueue(heartbeatText(newest.epoch, newest.tick), HEARTBEAT_VERB)
  }
}
