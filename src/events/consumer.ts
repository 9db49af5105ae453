/**
 * A consumer of one topic, as one of a group: effect first, then the answer to Redis.
 *
 *   delivered -> handled -> acknowledged
 *             -> failed: stays pending, claimed again after 1, 5, 30 s, 2, 10 min by whoever comes first
 *             -> failed for the 8th time, or unreadable: dead letter, then acknowledged
 *             -> consumer dies: claimed by another after 60 s
 *
 * C1 Every event is handled at least once or becomes a dead letter; handlers are idempotent (`handled.ts`).
 * C2 One bad event never stops its stream: it fails alone, the others of its batch are handled.
 * C3 Postgres being away is no fault of an event: nothing is tried, and no attempt counted, until it is back.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { topicLabel } from '../catalog/topics.ts'
import { messageOf } from '../errors.ts'
import type { Pool } from '../postgres/pool.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { countLetters, type EntryFields, endLetter, lettersToRetry, writeLetter } from './dead-letters.ts'
import { type DomainEvent, fieldsOf, parseEntry, type StreamEntry } from './entry.ts'
import { Group, type GroupParts, isGroupMissing } from './group.ts'
import { claimAfterMs, isDue, type RetryPlan } from './retry-plan.ts'
import type { EventType } from './schemas.ts'

/** What a job does with the events of a topic. */
export type Consumer<T extends EventType> = {
  /** Of the group and in `events.handled`: one constant a job. */
  readonly name: string
  readonly topic: string
  /** Others are passed over. */
  readonly types: readonly T[]
  /**
   * Has the effect of these events, some of which may have had it before. When it throws for several they are given
   * again one by one.
   */
  readonly handle: (events: readonly DomainEvent<T>[], signal: AbortSignal) => Promise<void>
}

export type ConsumerParts = Pick<GroupParts, 'connection' | 'consumer' | 'stream'> & {
  readonly pool: Pool
  readonly metrics: Metrics
  readonly log: Logger
  /** Monotonic ms. */
  readonly now: () => number
  readonly plan: RetryPlan
  /** Between two looks for what has to be tried again, ms. */
  readonly lookMs: number
}

/** A read waits this long for an event; the connection's command timeout must be longer. */
export const READ_WAIT_MS = 500
const READ_COUNT = 100
/** So many unanswered events mean that it is not single ones that fail: no more are taken. */
const PENDING_MAX = 2_000
const PAUSE_MS = 250
const LETTERS_PER_LOOK = 20
const FORGET_IDLE_MS = 3_600_000
const GIVEN_UP = 'it was delivered again and again and never answered for'

/** Consume until the signal aborts; what is under way is finished. Never throws. */
export async function consume<T extends EventType>(
  consumer: Consumer<T>,
  parts: ConsumerParts,
  signal: AbortSignal,
): Promise<void> {
  const work = new ConsumerWork(consumer, parts, signal)
  while (!signal.aborted) {
    await work.round().catch(async (thrown: unknown) => {
      if (signal.aborted) return
      work.doubt(thrown)
      parts.log.warn({ consumer: consumer.name, reason: messageOf(thrown) }, 'a consumer pauses')
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined)
    })
  }
  await work.leave().catch(() => undefined) // Redis is away: the name is forgotten later
}

class ConsumerWork<T extends EventType> {
  readonly #consumer: Consumer<T>
  readonly #parts: ConsumerParts
  readonly #signal: AbortSignal
  readonly #group: Group
  readonly #types: ReadonlySet<string>
  #hasGroup = false
  /** Whether Postgres has to be seen to answer before anything is tried. */
  #isInDoubt = false
  #lookedMs = Number.NEGATIVE_INFINITY
  #pending = 0

  constructor(consumer: Consumer<T>, parts: ConsumerParts, signal: AbortSignal) {
    this.#consumer = consumer
    this.#parts = parts
    this.#signal = signal
    this.#group = new Group({ ...parts, group: consumer.name })
    this.#types = new Set(consumer.types)
  }

  doubt(thrown: unknown): void {
    this.#isInDoubt = true
    if (isGroupMissing(thrown)) this.#hasGroup = false
  }

  async leave(): Promise<void> {
    await this.#group.leave()
  }

  async round(): Promise<void> {
    const { now, lookMs, pool } = this.#parts
    if (this.#isInDoubt) await pool.query('select 1')
    this.#isInDoubt = false
    if (!this.#hasGroup) await this.#group.ensure()
    this.#hasGroup = true
    if (now() - this.#lookedMs >= lookMs) {
      this.#lookedMs = now()
      await this.#look()
    }
    if (this.#pending > PENDING_MAX) {
      await sleep(lookMs, undefined, { signal: this.#signal })
      return
    }
    await this.#deliver(await this.#group.read(READ_COUNT, Math.min(READ_WAIT_MS, lookMs)), 1)
  }

  /** @param attempt which one this is, for all of them */
  async #deliver(entries: readonly StreamEntry[], attempt: number): Promise<void> {
    const events: { readonly event: DomainEvent<T>; readonly entry: EntryFields }[] = []
    for (const [id, list] of entries) {
      const entry = fieldsOf(list)
      const parsed = parseEntry(id, entry)
      if (parsed.kind === 'event' && this.#isMeant(parsed.event)) events.push({ event: parsed.event, entry })
      else if (parsed.kind === 'unreadable') await this.#giveUp(id, entry, parsed.error, attempt)
      else await this.#answer([id], 'skipped')
    }
    if (events.length === 0) return
    const error = await this.#attempt(events.map(({ event }) => event))
    if (error === null)
      return await this.#answer(
        events.map(({ event }) => event.stream_id),
        'done',
      )
    for (const { event, entry } of events) {
      if (this.#signal.aborted) return // they stay pending
      const failure = events.length === 1 ? error : await this.#attempt([event])
      if (failure === null) await this.#answer([event.stream_id], 'done')
      else await this.#fail(event.stream_id, entry, failure, attempt)
    }
  }

  #isMeant(event: DomainEvent): event is DomainEvent<T> & DomainEvent {
    return this.#types.has(event.type)
  }

  /** @returns why it failed, or null @throws when Postgres is away (C3) */
  async #attempt(events: readonly DomainEvent<T>[]): Promise<string | null> {
    try {
      await this.#consumer.handle(events, this.#signal)
      return null
    } catch (thrown) {
      await this.#parts.pool.query('select 1')
      return messageOf(thrown)
    }
  }

  async #fail(id: string, entry: EntryFields, error: string, attempt: number): Promise<void> {
    const { log, plan, metrics } = this.#parts
    const { name } = this.#consumer
    metrics.count('events_handled_total', { consumer: name, outcome: 'failed' })
    log.warn({ consumer: name, event: entry['id'], attempt, reason: error }, 'an event was not handled')
    if (attempt >= plan.attempts) await this.#giveUp(id, entry, error, attempt)
  }

  /** The letter first: between the two the event is only delivered once more. */
  async #giveUp(id: string, entry: EntryFields, error: string, attempts: number): Promise<void> {
    const { pool, log } = this.#parts
    const { name: consumer, topic } = this.#consumer
    const event_id = entry['id'] ?? id
    await writeLetter(pool, { consumer, event_id, topic, entry, error, attempts })
    await this.#answer([id], 'dead')
    log.error({ consumer, event: event_id, reason: error }, 'an event was given up: it is a dead letter')
  }

  async #answer(ids: readonly string[], outcome: 'done' | 'skipped' | 'dead'): Promise<void> {
    await this.#group.acknowledge(ids)
    const labels = { consumer: this.#consumer.name, outcome }
    this.#parts.metrics.count('events_handled_total', labels, ids.length)
  }

  async #look(): Promise<void> {
    const { metrics, pool } = this.#parts
    const { name, topic } = this.#consumer
    await this.#claimDue()
    await this.#retryLetters()
    await this.#group.forgetIdle(FORGET_IDLE_MS)
    const { pending, lag } = await this.#group.facts()
    this.#pending = pending
    metrics.set('events_pending', pending, { consumer: name })
    metrics.set('events_lag', lag ?? Number.NaN, { consumer: name })
    metrics.set('dead_letters', (await countLetters(pool)).get(topic) ?? 0, { topic: topicLabel(topic) })
  }

  async #claimDue(): Promise<void> {
    const { plan, consumer } = this.#parts
    for await (const found of this.#group.pending(Math.min(...plan.pausesMs, plan.claimMs))) {
      if (this.#signal.aborted) return
      const delivered = {
        attempts: found.deliveries,
        idleMs: found.idleMs,
        isOwn: found.consumer === consumer,
      }
      if (!isDue(delivered, plan)) continue
      const entry = await this.#group.claim(found.id, claimAfterMs(delivered, plan))
      if (entry === null) continue
      const attempt = found.deliveries + 1
      if (attempt <= plan.attempts) await this.#deliver([entry], attempt)
      else await this.#giveUp(entry[0], fieldsOf(entry[1]), GIVEN_UP, found.deliveries)
    }
  }

  async #retryLetters(): Promise<void> {
    const { pool } = this.#parts
    for (const letter of await lettersToRetry(pool, this.#consumer.name, LETTERS_PER_LOOK)) {
      const parsed = parseEntry(letter.event_id, letter.entry)
      const error =
        parsed.kind === 'event' && this.#isMeant(parsed.event)
          ? await this.#attempt([parsed.event])
          : 'no consumer of this version can read it'
      if (error === null) await endLetter(pool, letter)
      else await writeLetter(pool, { ...letter, error, attempts: letter.attempts + 1 })
    }
  }
}
