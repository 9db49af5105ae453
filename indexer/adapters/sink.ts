/**
 * The writer of one index. What is pushed is written until it is durable, whatever Elasticsearch answers: refused
 * bulks are repeated, too big ones halved, documents that can never be written recorded as dead. Reports each
 * operation once (facts E8a to E8c are about a writer that did not).
 */
import type { Client } from '@elastic/elasticsearch'
import { ExitError } from '../../src/errors.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import type { Metrics } from '../../src/telemetry/metrics.ts'
import { type Aimd, createAimd } from '../core/aimd.ts'
import { BULK_RETRY, backoffMs } from '../core/backoff.ts'
import type { AnswerClass } from '../core/classifier.ts'
import { type Bulk, createLanes, type Lanes } from '../core/lanes.ts'
import type { Operation } from '../core/operation.ts'
import { createPoisonGuard, type PoisonGuard, withoutValues } from '../core/poison.ts'
import { sendBulk, type Verdict } from './bulk.ts'
import type { DeadDocument } from './state-pg.ts'
import { sleep, until } from './wait.ts'

export type DeadLetters = {
  /** Ids that are dead when the sink starts. */
  readonly known: readonly string[]
  record(dead: DeadDocument): Promise<void>
  forget(index: string, id: string): Promise<void>
}

export type SinkOptions = {
  readonly client: Client
  readonly index: string
  readonly dead: DeadLetters
  readonly metrics: Metrics
  readonly log: Logger
  readonly now: () => number
  readonly random: () => number
  /** Ends the writer; what is not durable is dropped and comes again from the stream. */
  readonly signal: AbortSignal
  /** The sink cannot go on: ExitError for a person, IndexMissing, or an error of a server. */
  readonly fail: (reason: unknown) => void
}

/** The index is not there any more. */
export class IndexMissing extends Error {
  readonly index: string
  constructor(index: string) {
    super(`index ${index} is gone`)
    this.name = 'IndexMissing'
    this.index = index
  }
}

/** What has to be written again, and the class of the answer that said so. */
type Round = { readonly again: readonly Operation[]; readonly because: AnswerClass }

/** Elasticsearch syncs its log once a bulk, so small bulks cost more than they save in memory. */
const LANES = { lanes: 4, maxItems: 1_000, maxSize: 2_000_000 } as const
const OPEN_AT_START = 2
const BLOCKED_PAUSE_MS = 5_000
const SERVER_ERROR_ATTEMPTS = 10
const DRAIN_LOOK_MS = 5
const EXIT_HALTED = 4

export class Sink {
  readonly index: string
  readonly #options: SinkOptions
  readonly #lanes: Lanes = createLanes(LANES)
  readonly #aimd: Aimd = createAimd(OPEN_AT_START, LANES.lanes)
  readonly #guard: PoisonGuard
  readonly #dead: Set<string>
  readonly #serverErrors = new WeakMap<Operation, number>()
  #underway = 0
  #isAbandoned = false

  constructor(options: SinkOptions) {
    this.index = options.index
    this.#options = options
    this.#guard = createPoisonGuard(options.dead.known.length)
    this.#dead = new Set(options.dead.known)
  }

  push(operation: Operation): void {
    this.#lanes.push(operation)
    this.#pump()
  }

  /** Operations queued or under way. */
  get depth(): number {
    return this.#lanes.depth
  }

  /** Their size, bytes. */
  get size(): number {
    return this.#lanes.size
  }

  /** Nobody needs this index any more: what is queued counts as done. */
  abandon(): void {
    this.#isAbandoned = true
  }

  /** Whoever attached this sink shall stop counting on it. */
  giveUp(reason: Error): void {
    this.#options.fail(reason)
  }

  /** Resolves when nothing is queued. */
  async drained(signal: AbortSignal): Promise<void> {
    await until(() => this.#lanes.depth === 0, DRAIN_LOOK_MS, signal)
  }

  #pump(): void {
    while (this.#underway < this.#aimd.limit && !this.#options.signal.aborted) {
      const bulk = this.#lanes.next()
      if (!bulk) break
      this.#underway += 1
      void this.#run(bulk)
    }
    this.#options.metrics.set('indexer_open_bulks', this.#underway)
  }

  /** Write one bulk until every operation of it is settled. The lane is taken meanwhile. */
  async #run(bulk: Bulk): Promise<void> {
    try {
      let left = bulk.operations
      for (let attempt = 1; left.length > 0; attempt++) {
        const round = await this.#write(left)
        left = round.again
        if (left.length > 0) await this.#pause(round.because, attempt)
      }
      this.#lanes.free(bulk.lane, [])
    } catch (thrown) {
      this.#options.fail(thrown)
    } finally {
      this.#underway -= 1
    }
    this.#pump()
  }

  /** A pausing lane does not keep the others from writing. */
  async #pause(because: AnswerClass, attempt: number): Promise<void> {
    const { signal, random } = this.#options
    const isBlocked = because === 'blocked' || because === 'denied'
    this.#underway -= 1
    this.#pump()
    try {
      await sleep(isBlocked ? BLOCKED_PAUSE_MS : backoffMs(BULK_RETRY, attempt, random()), signal)
    } finally {
      this.#underway += 1
    }
  }

  async #write(operations: readonly Operation[]): Promise<Round> {
    const { client, metrics, now, signal } = this.#options
    if (this.#isAbandoned) {
      for (const operation of operations) operation.done()
      return { again: [], because: 'done' }
    }
    const startedAt = now()
    const answer = await sendBulk(client, this.index, operations, signal)
    metrics.observe('indexer_bulk_seconds', (now() - startedAt) / 1000)
    if ('items' in answer) {
      this.#aimd.succeeded()
      return await this.#settle(operations, answer.items)
    }
    metrics.count('indexer_bulk_items_total', { class: answer.request.class }, operations.length)
    if (answer.request.class === 'size' || answer.request.class === 'bisect') {
      return await this.#halve(operations, answer.request)
    }
    this.#refuse(answer.request)
    return { again: operations, because: answer.request.class }
  }

  /** The request was refused for its size or for one of its documents: find out which. */
  async #halve(operations: readonly Operation[], verdict: Verdict): Promise<Round> {
    const [first] = operations
    if (operations.length === 1 && first) {
      await this.#bury(first, verdict)
      return { again: [], because: 'poison' }
    }
    const middle = Math.ceil(operations.length / 2)
    const left = await this.#write(operations.slice(0, middle))
    const right = await this.#write(operations.slice(middle))
    return {
      again: [...left.again, ...right.again],
      because: left.again.length > 0 ? left.because : right.because,
    }
  }

  async #settle(operations: readonly Operation[], verdicts: readonly Verdict[]): Promise<Round> {
    const again: Operation[] = []
    const counts = new Map<AnswerClass, number>()
    let because: AnswerClass = 'done'
    for (const [i, operation] of operations.entries()) {
      const verdict = this.#patient(operation, verdicts[i] ?? NO_VERDICT)
      counts.set(verdict.class, (counts.get(verdict.class) ?? 0) + 1)
      if (verdict.class === 'done' || verdict.class === 'conflict') await this.#finish(operation)
      else if (verdict.class === 'poison') await this.#bury(operation, verdict)
      else {
        if (because !== verdict.class) this.#refuse(verdict)
        because = verdict.class
        again.push(operation)
      }
    }
    for (const [name, n] of counts) {
      this.#options.metrics.count('indexer_bulk_items_total', { class: name }, n)
    }
    return { again, because }
  }

  /** A server error is repeated for a while and then taken for the document's fault. */
  #patient(operation: Operation, verdict: Verdict): Verdict {
    if (verdict.class !== 'server_error') return verdict
    const attempts = (this.#serverErrors.get(operation) ?? 0) + 1
    this.#serverErrors.set(operation, attempts)
    return attempts >= SERVER_ERROR_ATTEMPTS ? { ...verdict, class: 'poison' } : verdict
  }

  async #finish(operation: Operation): Promise<void> {
    this.#guard.record(false)
    if (this.#dead.delete(operation.id)) await this.#options.dead.forget(this.index, operation.id)
    operation.done()
  }

  /** Set a document aside, so that the others go on and it is not lost. @throws ExitError(4) for a flood */
  async #bury(operation: Operation, verdict: Verdict): Promise<void> {
    const record: DeadDocument = {
      index: this.index,
      id: operation.id,
      operation: operation.kind,
      version: String(operation.version),
      error_type: verdict.type,
      reason: withoutValues(verdict.reason),
    }
    this.#options.log.error(record, 'a document cannot be written and was set aside')
    await this.#options.dead.record(record)
    if (!this.#dead.has(operation.id)) this.#guard.record(true)
    this.#dead.add(operation.id)
    if (this.#guard.isFlood) {
      throw new ExitError(
        EXIT_HALTED,
        `index ${this.index} refuses too many documents, the last for ${record.error_type}: ${record.reason}`,
      )
    }
    operation.done()
  }

  /** Note a refusal that is repeated. @throws for an answer after which nothing may be repeated */
  #refuse(verdict: Verdict): void {
    if (verdict.class === 'capacity') this.#aimd.refused()
    if (verdict.class === 'missing_index' && !this.#isAbandoned) throw new IndexMissing(this.index)
    if (verdict.class === 'halt') {
      throw new ExitError(
        EXIT_HALTED,
        `Elasticsearch gave an answer that is not known: ${verdict.type} ${verdict.reason}`,
      )
    }
    const isAlarm = verdict.class === 'blocked' || verdict.class === 'denied'
    this.#options.log[isAlarm ? 'error' : 'warn'](
      { index: this.index, class: verdict.class, error_type: verdict.type, reason: verdict.reason },
      'a bulk is written again',
    )
  }
}

const NO_VERDICT: Verdict = { class: 'unknown', type: 'no answer', reason: '' }
