/**
 * From changes to durable documents. Changes make ids dirty; a dispatcher takes batches of ids, reads their rows
 * again until the read contains every commit known at its start (I1), and pushes them into every sink; the ledger
 * learns when all sinks have them (I2). Nothing here waits inside the stream's callback.
 */
import type { DocumentBody } from '../../mappings/define.ts'
import { createRefresher } from '../adapters/refresher.ts'
import { readSnapshot, rereadRows } from '../adapters/rows.ts'
import type { Sink } from '../adapters/sink.ts'
import { createBell, sleep, until } from '../adapters/wait.ts'
import { backoffMs, NOT_VISIBLE } from '../core/backoff.ts'
import type { Change } from '../core/changes.ts'
import { createLedger, type Epoch, type Ledger } from '../core/ledger.ts'
import { type Lsn, maxLsn } from '../core/lsn.ts'
import { operationOf } from '../core/operation.ts'
import { createUnseen } from '../core/unseen.ts'
import { type BatchRule, createWaiting, type Taken, untilDue, type Waiting } from '../core/waiting.ts'
import type { Context } from './context.ts'

export type AttachedSink = {
  readonly sink: Sink
  /** Deletes are tombstones until the purge. */
  isBuilding: boolean
}

export type Pipeline = {
  readonly ledger: Ledger
  readonly waiting: Waiting
  /** Every commit at or below is known; the version of a read that starts now. */
  readonly version: Lsn
  /** A transaction has begun and not ended in the stream. */
  readonly isInTransaction: boolean
  readonly sinks: readonly AttachedSink[]
  /** From now on the sink gets every batch. @returns the floor: version of copies, below later changes */
  attach(sink: Sink, isBuilding: boolean): Lsn
  detach(index: string): void
  /** The attached index that search reads, or null. */
  readonly liveIndex: string | null
  setLive(index: string | null): void
  /** Begin and end of a transaction, and dirty ids of the mapping. Other changes are the session's. */
  begin(change: Extract<Change, { kind: 'begin' }>): void
  commit(change: Extract<Change, { kind: 'commit' }>): void
  dirty(id: string, epoch: Epoch): void
  /** Write these ids again, at low priority; resolves when they are durable in every sink. */
  rewrite(ids: readonly string[]): Promise<void>
  /** Resolves when every commit known now is visible to reads. */
  visible(signal: AbortSignal): Promise<void>
  /** Resolves when no batch is under way, with taking stopped; call the result to go on. */
  hold(signal: AbortSignal): Promise<() => void>
  readonly isHeld: boolean
  /** Transactions not yet known to be visible; `visible` forgets those that are. */
  readonly unseen: number
  /** When the last transaction began in the stream, ms since 1970. */
  readonly lastBeginMs: number
  /** Age of the oldest change that is not durable, ms; 0 when there is none. */
  lagMs(): number
  /** Runs until the signal; throws when a read fails. */
  run(signal: AbortSignal): Promise<void>
}

const BATCH: BatchRule = { maxIds: 500, lingerMs: 20 }
const READERS = 2
/** Operations of one sink that may wait in memory, bytes; beyond it ids wait instead, which are small. */
const SINK_ROOM_BYTES = 8_000_000
const IDLE_LOOK_MS = 60_000

/** @param start position at which the stream begins: `confirmed_flush_lsn` */
export function createPipeline(context: Context, start: Lsn): Pipeline {
  const { metrics, mapping, now } = context
  const ledger = createLedger(start)
  const waiting = createWaiting(ledger)
  const unseen = createUnseen()
  const sinks: AttachedSink[] = []
  const bell = createBell()
  const commitTimes = new Map<Epoch, number>()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined) // awaited in run
  let version = start - 1n // a first commit may begin exactly at start, and nothing read now contains it
  let commitMs = 0
  let lastBeginMs = now()
  let isInTransaction = false
  let hotSinceMs = 0
  let reading = 0
  let underway = 0
  let holds = 0
  let liveIndex: string | null = null

  const refresher = createRefresher({
    client: context.client,
    liveIndex: () => liveIndex,
    everyMs: context.refreshMs,
    now,
    random: context.random,
    log: context.log,
    onVisible: (batches) => {
      for (const { oldestCommitMs } of batches) {
        if (oldestCommitMs === null) continue
        metrics.observe('indexer_commit_to_visible_seconds', Math.max(0, now() - oldestCommitMs) / 1000)
      }
      context.listeners.visible?.(batches)
    },
  })

  const checkedRead = async (ids: readonly string[], signal: AbortSignal) => {
    const required = unseen.required()
    for (let attempt = 1; ; attempt++) {
      const { snapshot, bodies } = await rereadRows(context.pool, mapping, ids)
      if (unseen.accept(required, snapshot)) return bodies
      metrics.count('indexer_visibility_retries_total')
      await sleep(backoffMs(NOT_VISIBLE, attempt, context.random()), signal)
    }
  }

  const finish = (taken: readonly Taken[], oldestCommitMs: number | null, readAtMs: number): void => {
    metrics.observe('indexer_read_to_indexed_seconds', (now() - readAtMs) / 1000)
    underway -= 1
    waiting.done(taken)
    for (const epoch of commitTimes.keys()) {
      if (epoch >= ledger.first) break
      commitTimes.delete(epoch)
    }
    if (liveIndex !== null) refresher.add({ ids: taken.map((entry) => entry.id), oldestCommitMs })
    bell.ring()
  }

  const process = async (taken: readonly Taken[], signal: AbortSignal): Promise<void> => {
    const at = version
    const targets = [...sinks]
    const startedMs = now()
    const oldestCommitMs = oldestOf(taken, commitTimes)
    const bodies = await checkedRead(
      taken.map((entry) => entry.id),
      signal,
    )
    metrics.observe('indexer_received_to_read_seconds', (now() - startedMs) / 1000)
    const readAtMs = now()
    let left = targets.length * taken.length
    const done = (): void => {
      left -= 1
      if (left <= 0) finish(taken, oldestCommitMs, readAtMs)
    }
    if (left === 0) return done()
    for (const { id } of taken) pushTo(targets, id, at, bodies.get(id) ?? null, done)
  }

  const hasRoom = (): boolean => sinks.every(({ sink }) => sink.size < SINK_ROOM_BYTES)
  /** ms until a batch may be taken; Infinity: something has to happen first */
  const untilNext = (): number => {
    if (holds > 0 || reading >= READERS || !hasRoom()) return Number.POSITIVE_INFINITY
    if (waiting.hot === 0) return waiting.cold > 0 ? 0 : Number.POSITIVE_INFINITY
    return untilDue(BATCH, waiting.hot, now() - hotSinceMs, underway === 0)
  }
  const dispatch = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const waitMs = untilNext()
      if (waitMs > 0) {
        await bell.wait(Math.min(IDLE_LOOK_MS, waitMs), signal)
        continue
      }
      const taken = waiting.take(BATCH.maxIds)
      hotSinceMs = now()
      reading += 1
      underway += 1
      process(taken, signal)
        .catch((thrown: unknown) => failed.reject(thrown))
        .finally(() => {
          reading -= 1
          bell.ring()
        })
    }
  }

  return {
    ledger,
    waiting,
    sinks,
    get version() {
      return version
    },
    get isInTransaction() {
      return isInTransaction
    },
    get isHeld() {
      return holds > 0
    },
    get unseen() {
      return unseen.size
    },
    get lastBeginMs() {
      return lastBeginMs
    },
    get liveIndex() {
      return liveIndex
    },
    attach(sink, isBuilding) {
      sinks.push({ sink, isBuilding })
      return version
    },
    detach(index) {
      const at = sinks.findIndex(({ sink }) => sink.index === index)
      if (at >= 0) sinks.splice(at, 1)
    },
    setLive(index) {
      liveIndex = index
    },
    begin(change) {
      isInTransaction = true
      version = maxLsn(version, change.lsn)
      commitMs = change.commitMs
      lastBeginMs = now()
      unseen.add(change.xid)
      metrics.observe('indexer_commit_to_received_seconds', Math.max(0, now() - change.commitMs) / 1000)
    },
    commit(change) {
      isInTransaction = false
      ledger.committed(change.endLsn)
    },
    dirty(id, epoch) {
      if (waiting.hot === 0) hotSinceMs = now()
      waiting.addHot(id, epoch)
      if (!commitTimes.has(epoch)) commitTimes.set(epoch, commitMs)
      bell.ring()
    },
    rewrite(ids) {
      const { promise, resolve } = Promise.withResolvers<void>()
      if (ids.length === 0) resolve()
      const page = { left: 0, done: resolve }
      for (const id of ids) waiting.addCold(id, page)
      bell.ring()
      return promise
    },
    async visible(signal) {
      const required = unseen.required()
      for (let attempt = 1; !unseen.accept(required, await readSnapshot(context.pool)); attempt++) {
        await sleep(backoffMs(NOT_VISIBLE, attempt, context.random()), signal)
      }
    },
    async hold(signal) {
      holds += 1
      await until(() => underway === 0, HOLD_LOOK_MS, signal)
      return () => {
        holds -= 1
        bell.ring()
      }
    },
    lagMs() {
      const oldest = ledger.isIdle ? undefined : commitTimes.values().next().value
      return oldest === undefined ? 0 : Math.max(0, now() - oldest)
    },
    async run(signal) {
      await Promise.race([failed.promise, dispatch(signal), refresher.run(signal)])
    },
  }
}

const HOLD_LOOK_MS = 5

/** One operation per sink; a sink that is being built gets tombstones instead of deletes. */
function pushTo(
  targets: readonly AttachedSink[],
  id: string,
  version: Lsn,
  body: DocumentBody | null,
  done: () => void,
): void {
  for (const target of targets) target.sink.push(operationOf(id, version, body, target.isBuilding, done))
}

function oldestOf(taken: readonly Taken[], commitTimes: ReadonlyMap<Epoch, number>): number | null {
  const times = taken.flatMap(({ epoch }) => {
    const time = epoch === null ? undefined : commitTimes.get(epoch)
    return time === undefined ? [] : [time]
  })
  return times.length === 0 ? null : Math.min(...times)
}
