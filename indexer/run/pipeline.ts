/**
 * From changes to durable documents. Changes make ids dirty; a dispatcher takes batches of ids, reads their rows
 * again until the read contains every commit known at its start (I1), and pushes them into every sink; the ledger
 * learns when all sinks have them (I2). Nothing here waits inside the stream's callback.
 */
import { type DurableBatch, Refresher } from '../adapters/refresher.ts'
import type { Sink } from '../adapters/sink.ts'
import { type Bell, createBell, until } from '../adapters/wait.ts'
import type { Change } from '../core/changes.ts'
import { countdown } from '../core/countdown.ts'
import { createFanOuts, type FanOuts } from '../core/fan-outs.ts'
import { createLedger, type Epoch, type Ledger } from '../core/ledger.ts'
import { type Lsn, maxLsn } from '../core/lsn.ts'
import { operationOf } from '../core/operation.ts'
import { type BatchRule, createWaiting, type Taken, untilDue, type Waiting } from '../core/waiting.ts'
import { CheckedReads } from './checked-reads.ts'
import type { Context } from './context.ts'
import type { Invalidation } from './invalidation.ts'

export type AttachedSink = {
  readonly sink: Sink
  /** Deletes are tombstones until the purge. */
  isBuilding: boolean
}

const BATCH: BatchRule = { maxIds: 500, lingerMs: 20 }
const READERS = 2
/** Operations of one sink that may wait in memory, bytes; beyond it ids wait instead, which are small. */
const ROOM_BYTES = 4_000_000
/** More for an index that is being built: its load waits there too, and it must not slow the live one. */
export const BUILDING_ROOM_BYTES = 32_000_000
const IDLE_LOOK_MS = 60_000
const HOLD_LOOK_MS = 5

export class Pipeline {
  readonly ledger: Ledger
  readonly waiting: Waiting
  readonly reads: CheckedReads
  readonly fanOuts: FanOuts = createFanOuts()
  readonly #context: Context
  readonly #sinks: AttachedSink[] = []
  readonly #bell: Bell = createBell()
  readonly #refresher: Refresher
  /** Commit time of the first change of each open epoch, ms since 1970. */
  readonly #commitTimes = new Map<Epoch, number>()
  /** Batches that the live index does not have yet, oldest first. */
  readonly #notLive = new Set<DurableBatch>()
  readonly #failed = Promise.withResolvers<never>()
  #version: Lsn
  #visible: Lsn
  #commitMs = 0
  #lastBeginMs: number
  #isInTransaction = false
  #hotSinceMs = 0
  #reading = 0
  #underway = 0
  #holds = 0
  #liveIndex: string | null = null
  /** Told of every batch; null where nobody caches. */
  invalidation: Invalidation | null = null

  /** @param start position at which the stream begins: `confirmed_flush_lsn` */
  constructor(context: Context, start: Lsn) {
    this.#context = context
    this.ledger = createLedger(start)
    this.waiting = createWaiting(this.ledger)
    this.reads = new CheckedReads(context)
    this.#visible = start
    this.#version = start - 1n // a first commit may begin exactly at start, and nothing read now contains it
    this.#lastBeginMs = context.now()
    this.#failed.promise.catch(() => undefined) // awaited in run
    this.#refresher = new Refresher({
      ...context,
      liveIndex: () => this.#liveIndex,
      everyMs: context.refreshMs,
      backlog: () => this.waiting.hot,
      durable: () => this.ledger.durable,
      onVisible: (batches, upTo) => this.#onVisible(batches, upTo),
    })
  }

  /** Every commit at or below is known: the version of a read that starts now. */
  get version(): Lsn {
    return this.#version
  }

  /** Every commit at or below is shown by search and published. */
  get visible(): Lsn {
    if (this.#refresher.isIdle) this.#visible = maxLsn(this.#visible, this.ledger.durable)
    return this.fanOuts.claimable(this.#visible)
  }

  /** Resolves when search shows, and the cache was told, everything that is durable now. */
  shown(): Promise<void> {
    return this.#refresher.shown()
  }

  /** A transaction has begun in the stream and not ended. */
  get isInTransaction(): boolean {
    return this.#isInTransaction
  }

  /** When the last transaction began in the stream, ms since 1970. */
  get lastBeginMs(): number {
    return this.#lastBeginMs
  }

  get sinks(): readonly AttachedSink[] {
    return this.#sinks
  }

  get isHeld(): boolean {
    return this.#holds > 0
  }

  /** The attached index that search reads, or null. */
  get liveIndex(): string | null {
    return this.#liveIndex
  }

  setLive(index: string | null): void {
    this.#liveIndex = index
  }

  /** From now on the sink gets every batch. @returns the floor: a version for copies, below later changes */
  attach(sink: Sink, isBuilding: boolean): Lsn {
    this.#sinks.push({ sink, isBuilding })
    return this.#version
  }

  /** @returns the sink, which may still have operations queued, or null */
  detach(index: string): Sink | null {
    const at = this.#sinks.findIndex(({ sink }) => sink.index === index)
    return at < 0 ? null : (this.#sinks.splice(at, 1)[0]?.sink ?? null)
  }

  begin(change: Extract<Change, { kind: 'begin' }>): void {
    const { metrics, now } = this.#context
    this.#isInTransaction = true
    this.#version = maxLsn(this.#version, change.lsn)
    this.#commitMs = change.commitMs
    this.#lastBeginMs = now()
    this.reads.expect(change.xid)
    metrics.observe('indexer_commit_to_received_seconds', Math.max(0, now() - change.commitMs) / 1000)
  }

  commit(change: Extract<Change, { kind: 'commit' }>): void {
    this.#isInTransaction = false
    this.ledger.committed(change.endLsn)
  }

  /** The document of this id has to be written before the epoch is done. */
  dirty(id: string, epoch: Epoch): void {
    if (this.waiting.hot === 0) this.#hotSinceMs = this.#context.now()
    this.waiting.addHot(id, epoch)
    if (!this.#commitTimes.has(epoch)) this.#commitTimes.set(epoch, this.#commitMs)
    this.#bell.ring()
  }

  /** Write these ids again, at low priority; resolves when they are durable in every sink. */
  rewrite(ids: readonly string[]): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (ids.length === 0) resolve()
    const page = { left: 0, done: resolve }
    for (const id of ids) this.waiting.addCold(id, page)
    this.#bell.ring()
    return promise
  }

  /** Stops the taking of batches and resolves when none is under way; call the result to go on. */
  async hold(signal: AbortSignal): Promise<() => void> {
    this.#holds += 1
    await until(() => this.#underway === 0, HOLD_LOOK_MS, signal)
    return () => {
      this.#holds -= 1
      this.#bell.ring()
    }
  }

  /** Age of the oldest change that is not durable in every index, ms; 0 when there is none. */
  lagMs(): number {
    const oldest = this.ledger.isIdle ? undefined : this.#commitTimes.values().next().value
    return oldest === undefined ? 0 : Math.max(0, this.#context.now() - oldest)
  }

  /** The same for the index that search reads, whatever is being built beside it. */
  liveLagMs(): number {
    const { now } = this.#context
    const waitedMs = this.waiting.hot > 0 ? now() - this.#hotSinceMs : 0
    const ages = [...this.#notLive].flatMap((batch) =>
      batch.oldestCommitMs === null ? [] : [now() - batch.oldestCommitMs],
    )
    const fanOutMs = now() - (this.fanOuts.sinceMs ?? now())
    return this.#liveIndex === null ? 0 : Math.max(0, waitedMs, fanOutMs, ...ages)
  }

  /** Runs until the signal. @throws when rows cannot be read */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.race([this.#failed.promise, this.#dispatch(signal), this.#refresher.run(signal)])
  }

  async #dispatch(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = this.#untilNextBatch()
      if (waitMs > 0) {
        await this.#bell.wait(Math.min(IDLE_LOOK_MS, waitMs), signal)
        continue
      }
      const taken = this.waiting.take(BATCH.maxIds)
      this.#hotSinceMs = this.#context.now()
      this.#reading += 1
      this.#underway += 1
      this.#process(taken, signal)
        .catch((thrown: unknown) => this.#failed.reject(thrown))
        .finally(() => {
          this.#reading -= 1
          this.#bell.ring()
        })
    }
  }

  /** ms until a batch may be taken; Infinity: something has to happen first */
  #untilNextBatch(): number {
    const { hot, cold } = this.waiting
    const hasRoom = this.#sinks.every(
      ({ sink, isBuilding }) => sink.size < (isBuilding ? BUILDING_ROOM_BYTES : ROOM_BYTES),
    )
    if (this.#holds > 0 || this.#reading >= READERS || !hasRoom) return Number.POSITIVE_INFINITY
    if (hot === 0) return cold > 0 ? 0 : Number.POSITIVE_INFINITY
    return untilDue(BATCH, hot, this.#context.now() - this.#hotSinceMs, this.#underway === 0)
  }

  async #process(taken: readonly Taken[], signal: AbortSignal): Promise<void> {
    const { metrics, now } = this.#context
    const version = this.#version // before the read: every commit at or below is required to be in it
    const targets = [...this.#sinks]
    const takenMs = now()
    const ids = taken.map((entry) => entry.id)
    const batch: DurableBatch = { ids, oldestCommitMs: this.#oldestCommitMs(taken), mark: null }
    const live = targets.find(({ sink }) => sink.index === this.#liveIndex)
    if (live) this.#notLive.add(batch)
    const bodies = await this.reads.read(batch.ids, signal)
    const readMs = now()
    metrics.observe('indexer_received_to_read_seconds', (readMs - takenMs) / 1000)
    batch.mark = (await this.invalidation?.writing(live?.sink.index ?? null, batch.ids, bodies)) ?? null
    const done = countdown(targets.length * taken.length, () => {
      if (!live && batch.mark) this.invalidation?.visible([batch.mark])
      this.#finish(taken)
    })
    const liveDone = countdown(taken.length, () => {
      metrics.observe('indexer_read_to_indexed_seconds', (now() - readMs) / 1000)
      this.#notLive.delete(batch)
      this.#refresher.add(batch)
    })
    const doneBoth = (): void => {
      liveDone()
      done()
    }
    for (const { id } of taken) {
      const body = bodies.get(id) ?? null
      const operation = operationOf(id, version, body, false, done)
      for (const target of targets) {
        const settled = target === live ? { ...operation, done: doneBoth } : operation
        const isTombstone = target.isBuilding && body === null
        target.sink.push(isTombstone ? operationOf(id, version, null, true, done) : settled)
      }
    }
  }

  #finish(taken: readonly Taken[]): void {
    this.#underway -= 1
    this.waiting.done(taken)
    for (const epoch of this.#commitTimes.keys()) {
      if (epoch >= this.ledger.first) break
      this.#commitTimes.delete(epoch)
    }
    this.#bell.ring()
  }

  #oldestCommitMs(taken: readonly Taken[]): number | null {
    const epochs = new Set(taken.map((entry) => entry.epoch))
    const times = [...epochs].flatMap((epoch) => {
      const time = epoch === null ? undefined : this.#commitTimes.get(epoch)
      return time === undefined ? [] : [time]
    })
    return times.length === 0 ? null : Math.min(...times)
  }

  #onVisible(batches: readonly DurableBatch[], upTo: Lsn): void {
    const { metrics, now } = this.#context
    for (const { oldestCommitMs } of batches) {
      if (oldestCommitMs === null) continue
      metrics.observe('indexer_commit_to_visible_seconds', Math.max(0, now() - oldestCommitMs) / 1000)
    }
    this.#visible = maxLsn(this.#visible, upTo)
    this.invalidation?.visible(batches.flatMap(({ mark }) => mark ?? []))
  }
}
