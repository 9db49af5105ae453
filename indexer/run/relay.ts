/**
 * The event relay: outbox inserts of the stream go in commit order to Redis, as soon as other sessions see their
 * transaction, so that a reader of an event finds the rows it tells of. It waits for nothing that search needs.
 *
 * R1 At least once: a commit is acknowledged only when its events are in Redis, or a debt for them is recorded.
 * R2 In commit order per topic, but for what a debt sends again (`debts.ts`).
 * R3 What Redis still holds is not sent twice: a replay gives every event the same position again.
 */

import { TOPICS } from '../../src/catalog/topics.ts'
import { messageOf } from '../../src/errors.ts'
import { oweTopic } from '../../src/postgres/event-debt.ts'
import { EVENTS_KEPT, EventPublisher, EventsNotTaken } from '../adapters/event-publisher.ts'
import { oweDropped, readWritten, writeWritten } from '../adapters/relay-state.ts'
import { readSnapshot } from '../adapters/rows.ts'
import { type Bell, createBell, sleep } from '../adapters/wait.ts'
import { readWalLeft } from '../adapters/wal-budget.ts'
import { backoffMs, NOT_VISIBLE } from '../core/backoff.ts'
import type { Change } from '../core/changes.ts'
import type { Lsn } from '../core/lsn.ts'
import { countVisible, createRelayQueue, type QueuedEvent, type RelayedEvent } from '../core/relay-queue.ts'
import { isTooMuch, mustLetGo } from '../core/relay-rules.ts'
import type { Context, RelayOptions } from './context.ts'

/** One call of a script: some milliseconds of Redis, which answers nobody else meanwhile. */
const BATCH = { events: 500, bytes: 1_000_000 }
/** Least time from one batch to the next while few events come: fewer and larger calls. */
const LINGER_MS = 4
/** Events in memory: 5,000 a second for 20 s. */
const ROOM = { maxSize: 100_000, maxBytes: 64_000_000 }
const RETRY_MS = 200
/** Between two looks whether a stream has lost entries. */
const LOOK_MS = 1_000
const WAL_LOOK_MS = 5_000
/** Before the last entry that a stream still has: its neighbours may have begun earlier and committed later. */
const LOST_SLACK_MS = 3_600_000

export class EventRelay {
  readonly #context: Context
  readonly #options: RelayOptions
  readonly #origin: string
  readonly #queue: ReturnType<typeof createRelayQueue>
  readonly #bell: Bell = createBell()
  #publisher: EventPublisher | null = null
  #recorded = ''
  /** Since when Redis does not take events, ms; null: it does. */
  #awaySinceMs: number | null = null
  #walLeft: number | null = null
  #walLookedMs = 0
  /** Called after a debt was recorded. */
  onDebt: () => void = () => undefined

  /** @param start position at which the stream begins @param origin cluster and timeline */
  constructor(context: Context, options: RelayOptions, start: Lsn, origin: string) {
    this.#context = context
    this.#options = options
    this.#origin = origin
    this.#queue = createRelayQueue(start)
  }

  /** Take one change in; returns at once. */
  take(change: Change): void {
    switch (change.kind) {
      case 'begin':
        return this.#queue.begin(change.lsn, change.commitMs)
      case 'event':
        this.#queue.add(change.row)
        return this.#bell.ring()
      case 'commit':
        return this.#queue.passed(change.endLsn)
    }
  }

  /** There is nothing up to here. Not to be called inside a transaction. */
  passed(end: Lsn): void {
    this.#queue.passed(end)
  }

  /** Every event at or below is in Redis or owed. */
  get durable(): Lsn {
    return this.#queue.durable
  }

  get isIdle(): boolean {
    return this.#queue.size === 0
  }

  get isAway(): boolean {
    return this.#awaySinceMs !== null
  }

  /** Reading has to pause until some of it is sent. */
  get isFull(): boolean {
    return isTooMuch(this.#queue, ROOM)
  }

  /** Runs until the signal. @throws when Postgres does not answer */
  async run(signal: AbortSignal): Promise<void> {
    const publisher = await this.#open()
    let lookedMs = 0
    let startedMs = 0
    for (let attempt = 1; ; ) {
      const { now } = this.#context
      if (this.#queue.size < BATCH.events) await sleep(Math.max(0, startedMs + LINGER_MS - now()), signal)
      if (this.#queue.size === 0) await this.#bell.wait(LOOK_MS, signal)
      startedMs = now()
      if (startedMs - lookedMs > LOOK_MS) {
        lookedMs = startedMs
        await this.#attempt(() => this.#look(publisher), signal)
      }
      const batch = this.#queue.peek(BATCH.events, BATCH.bytes)
      if (batch.length === 0) continue
      const visible = batch.slice(0, countVisible(batch, await readSnapshot(this.#context.pool)))
      if (visible.length > 0) await this.#attempt(() => this.#publish(publisher, visible), signal)
      else await sleep(backoffMs(NOT_VISIBLE, attempt, this.#context.random()), signal)
      attempt = visible.length > 0 ? 1 : attempt + 1
    }
  }

  /** Send events of the outbox again. @throws EventsNotTaken */
  async resend(events: readonly RelayedEvent[]): Promise<void> {
    await (await this.#open()).publish(events)
  }

  /** To be called before an acknowledgement: what the next leader has to find in Redis. */
  async record(): Promise<void> {
    const written = this.#publisher?.written ?? new Map()
    const text = JSON.stringify([...written])
    if (text === this.#recorded) return
    await writeWritten(this.#context.pool, written)
    this.#recorded = text
  }

  async #open(): Promise<EventPublisher> {
    if (this.#publisher) return this.#publisher
    const { pool, names, metrics } = this.#context
    const written = await readWritten(pool)
    this.#recorded = JSON.stringify([...written])
    this.#publisher ??= new EventPublisher({
      redis: this.#options.redis,
      redisPrefix: names.redisPrefix,
      origin: this.#origin,
      written,
      metrics,
      onLost: (topic, since) => this.#onLost(topic, since),
    })
    return this.#publisher
  }

  async #look(publisher: EventPublisher): Promise<void> {
    for (const topic of new Set([...TOPICS, ...publisher.written.keys()])) await publisher.look(topic)
  }

  async #publish(publisher: EventPublisher, events: readonly QueuedEvent[]): Promise<void> {
    await publisher.publish(events)
    this.#queue.remove(events.length)
    const { metrics, now } = this.#context
    const oldestMs = events[0]?.commitMs ?? now()
    metrics.observe('events_relay_seconds', Math.max(0, now() - oldestMs) / 1_000)
    metrics.set('events_relay_queue', this.#queue.size)
  }

  /** Work with Redis: when it fails, let go what must not be held, and pause. */
  async #attempt(work: () => Promise<void>, signal: AbortSignal): Promise<void> {
    const { log, now } = this.#context
    try {
      await work()
      if (this.#awaySinceMs !== null) log.info('events flow again')
      this.#awaySinceMs = null
    } catch (thrown) {
      if (!(thrown instanceof EventsNotTaken)) throw thrown
      if (this.#awaySinceMs === null) log.warn({ reason: messageOf(thrown) }, 'Redis does not take events')
      this.#awaySinceMs ??= now()
      await this.#relieve()
      await sleep(RETRY_MS, signal)
    }
  }

  async #relieve(): Promise<void> {
    const { log, metrics, now, pool, names } = this.#context
    const { size, bytes, lowestTx } = this.#queue
    metrics.set('events_relay_queue', size)
    if (lowestTx === null) return
    if (now() - this.#walLookedMs > WAL_LOOK_MS) {
      this.#walLookedMs = now()
      this.#walLeft = await readWalLeft(pool, names.slot)
    }
    const awayMs = Math.max(1, now() - (this.#awaySinceMs ?? now()))
    const limits = { patienceMs: this.#options.patienceMs, ...ROOM }
    if (!mustLetGo({ awayMs, size, bytes, walLeft: this.#walLeft }, limits)) return
    await oweDropped(pool, lowestTx)
    this.#queue.remove(size)
    log.warn(
      { events: size, from_tx: String(lowestTx) },
      'events are let go: they are sent again from the outbox',
    )
    this.onDebt()
  }

  async #onLost(topic: string, since: string | null): Promise<void> {
    const { log, pool } = this.#context
    const from = since === null ? null : new Date(Date.parse(since) - LOST_SLACK_MS).toISOString()
    await oweTopic(pool, topic, from, EVENTS_KEPT)
    log.warn({ topic, since: from }, 'a stream has lost events: they are sent again from the outbox')
    this.onDebt()
  }
}
