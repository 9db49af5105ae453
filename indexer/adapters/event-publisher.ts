/**
 * Writes events to their streams in Redis, each once: a script refuses what is at or below the position that the
 * stream ends with. One call of a topic is under way at a time, so a call that is sent twice cannot skip anything.
 */
import { topicLabel } from '../../src/catalog/topics.ts'
import { messageOf } from '../../src/errors.ts'
import type { Redis } from '../../src/redis/connection.ts'
import { topicKeys } from '../../src/redis/keys.ts'
import { type BoundScript, bindScript, readScript } from '../../src/redis/scripts.ts'
import type { Metrics } from '../../src/telemetry/metrics.ts'
import type { RelayedEvent } from '../core/relay-queue.ts'

/** Id of the last entry that is known to have been appended, by topic. */
export type Written = ReadonlyMap<string, string>

export type EventPublisherParts = {
  readonly redis: Redis
  readonly redisPrefix: string
  /** Cluster and timeline: positions of another one mean nothing. */
  readonly origin: string
  /** What the streams had. */
  readonly written: Written
  readonly metrics: Metrics
  /**
   * A stream has lost entries. Nothing more is written to it before this resolves.
   * @param since `at` of the last entry that it still has; null: it has none
   */
  readonly onLost: (topic: string, since: string | null) => Promise<void>
}

/** Redis did not take events: away, frozen, full. What it has written of them is not known. */
export class EventsNotTaken extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause })
    this.name = 'EventsNotTaken'
  }
}

/** Entries kept of a topic, about. A reader further behind than this reads the table. */
export const EVENTS_KEPT = 1_000_000

export class EventPublisher {
  readonly #parts: EventPublisherParts
  readonly #script: BoundScript
  readonly #written: Map<string, string>
  /** Streams that lost entries and have not been written since. */
  readonly #lost = new Set<string>()

  constructor(parts: EventPublisherParts) {
    this.#parts = parts
    this.#script = bindScript(parts.redis, readScript('publish-event'))
    this.#written = new Map(parts.written)
  }

  get written(): Written {
    return this.#written
  }

  /**
   * Append those that are not there yet; to be repeated with the same events when it fails.
   * @param events in commit order, or sent again by id
   * @throws EventsNotTaken
   */
  async publish(events: readonly RelayedEvent[]): Promise<void> {
    const byTopic = Map.groupBy(events, ({ topic }) => topic)
    const calls = await Promise.allSettled([...byTopic].map(([topic, some]) => this.#append(topic, some)))
    const failed = calls.find((call) => call.status === 'rejected')
    if (failed) throw failed.reason
  }

  /** Look whether a stream has lost entries. @throws EventsNotTaken */
  async look(topic: string): Promise<void> {
    if (!this.#lost.has(topic)) await this.#append(topic, [])
  }

  async #append(topic: string, events: readonly RelayedEvent[]): Promise<void> {
    const { redisPrefix, origin, metrics, onLost } = this.#parts
    const { stream, place } = topicKeys(redisPrefix, topic)
    const lines = events.flatMap((e) => [e.position, e.id, e.key, e.ver, e.type, e.payload, e.lsn, e.at])
    const call = async () => {
      const isAccepted = this.#lost.has(topic)
      const written = this.#written.get(topic) ?? ''
      const args = [origin, written, isAccepted ? 1 : 0, EVENTS_KEPT, ...lines]
      return await this.#script([stream, place], args).catch((thrown: unknown) => {
        throw new EventsNotTaken(thrown)
      })
    }
    let [word, found, last] = await call()
    if (word === 'lost') {
      await onLost(topic, String(found) || null)
      this.#lost.add(topic)
      this.#written.delete(topic)
      if (events.length === 0) return
      ;[word, found, last] = await call()
    }
    // Also of events sent again: without it a second loss would not be noticed.
    if (typeof last === 'string' && last !== '') this.#written.set(topic, last)
    if (Number(found) === 0) return
    this.#lost.delete(topic)
    metrics.count('events_published_total', { topic: topicLabel(topic) }, Number(found))
  }
}
