/**
 * One leadership: from getting the slot to losing the connection, being stopped, or reaching a goal. Whatever
 * ends it drops everything in memory; the next session begins at what the slot remembers, and the two invariants
 * make the repetition harmless.
 */
import {
  closeConnection,
  openConnection,
  type Replication,
  type ReplicationHandlers,
  startReplication,
} from '../adapters/replication.ts'
import { currentWalLsn, emitHeartbeat, identifySystem, readServer, readSlot } from '../adapters/slot.ts'
import { ensureStateIndex } from '../adapters/state-es.ts'
import { sleep, until } from '../adapters/wait.ts'
import { createChangeReader, type KeyColumns } from '../core/changes.ts'
import { formatLsn } from '../core/lsn.ts'
import { decodeMessage } from '../core/pgoutput.ts'
import { Affected } from './affected.ts'
import { type Builder, createBuilder } from './builder.ts'
import type { Context } from './context.ts'
import { DebtPayer } from './debts.ts'
import { passFence } from './fence.ts'
import { createIntake } from './intake.ts'
import { Invalidation } from './invalidation.ts'
import { JobWalker } from './jobs.ts'
import { Pipeline } from './pipeline.ts'
import { EventRelay } from './relay.ts'
import type { Session } from './sinks.ts'
import { type StartFacts, startFeeding } from './start.ts'
import { openStateBook } from './state-book.ts'
import { acknowledgeable, savePosition, tend } from './tend.ts'

/** When a session has done what it was started for. */
export type Goal =
  /** Until it is stopped. */
  | 'forever'
  /** Search reads a complete index and nothing is being built. */
  | 'live'
  /** As `live`, and everything that was in the WAL then is durable. */
  | 'end_of_wal'

export type SessionOptions = {
  readonly goal: Goal
  /** Most rows per second of a load; 0: as fast as it goes. */
  readonly rate: number
}

const OUTBOX = 'outbox'
const DRAIN_MS = 20_000
const LOOK_MS = 50

/**
 * Lead until the goal is reached or `stop` asks for a clean end.
 * @throws pg error 55006 when somebody else leads; anything else when a server was lost or a person is needed
 */
export async function runSession(
  context: Context,
  options: SessionOptions,
  stop: AbortSignal,
): Promise<void> {
  await ensureStateIndex(context.client, context.names.stateIndex)
  const intake = createIntake()
  const server = await readServer(context.pool)
  const reader = await startReplication(
    {
      url: context.databaseUrl,
      slot: context.names.slot,
      publication: context.names.publication,
      walSenderTimeoutMs: server.walSenderTimeoutMs,
      now: context.now,
    },
    intake.handlers,
  )
  const end = new AbortController()
  try {
    const parts = await assemble(context, options, end.signal)
    const { slot } = context.names
    intake.open(handlersOf(parts))
    reader.resume()
    context.log.info({ slot, lsn: formatLsn(parts.session.pipeline.version) }, 'leading: the stream flows')
    await workUntil(parts, options.goal, reader, stop)
    await finish(parts, reader)
  } finally {
    end.abort(new Error('the session has ended'))
    await reader.close()
  }
}

type Parts = {
  readonly session: Session
  readonly affected: Affected
  readonly jobs: JobWalker
  readonly builder: Builder
  /** Rejects when a sink or a batch cannot go on. */
  readonly failed: Promise<never>
}

/** Everything that must be there before the first change: nothing may be received that nobody takes. */
async function assemble(context: Context, options: SessionOptions, signal: AbortSignal): Promise<Parts> {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined) // raced by workUntil
  const found = await findStart(context)
  const pipeline = new Pipeline(context, found.confirmed)
  if (context.redis) {
    pipeline.invalidation = new Invalidation(context, context.redis, () => formatLsn(pipeline.visible))
  }
  const book = await openStateBook(context)
  const relay = context.relay && new EventRelay(context, context.relay, found.confirmed, originOf(found))
  const session: Session = { context, pipeline, relay, book, signal, fail: failed.reject }
  const jobs = new JobWalker(context, pipeline)
  await jobs.takeOver()
  const affected = new Affected(context, pipeline, () => jobs.wake())
  const facts: StartFacts = { ...found, affected, rate: options.rate }
  const build = await startFeeding(session, facts)
  // With a new slot, a transaction of before it may still be invisible and is never streamed: a re-read without it would
  // win over its copy, because any streamed version is above the floor. So no batch is read before the fence.
  const isLoading = build !== null && book.of(build.sink.index)?.phase === 'load'
  if (isLoading) await passFence(context.pool, signal)
  const builder = createBuilder(session, facts, build)
  return { session, affected, jobs, builder, failed: failed.promise }
}

function handlersOf({ session, affected }: Parts): ReplicationHandlers {
  const { context, pipeline, relay } = session
  const readChange = createChangeReader(keyColumnsOf(context), OUTBOX)
  return {
    message(payload) {
      for (const change of readChange(decodeMessage(payload))) {
        relay?.take(change)
        affected.apply(change)
      }
    },
    keepalive(end) {
      if (pipeline.isInTransaction) return
      relay?.passed(end)
      if (pipeline.ledger.isIdle) pipeline.ledger.committed(end)
    },
  }
}

/** Until the goal is reached or a stop is asked for; builds and jobs end here, changes received go on. */
async function workUntil(parts: Parts, goal: Goal, reader: Replication, stop: AbortSignal): Promise<void> {
  const { session, affected, jobs, builder, failed } = parts
  const { signal } = session
  const work = new AbortController()
  const working = AbortSignal.any([signal, work.signal])
  try {
    await Promise.race([
      failed,
      reader.ended,
      session.pipeline.run(signal),
      session.pipeline.invalidation?.run(signal) ?? aborted(stop),
      affected.run(signal),
      relayEvents(session),
      tend(session, reader, signal),
      jobs.run(working),
      builder.run(working),
      reachGoal(session, goal, builder, jobs, signal),
      aborted(stop),
    ])
  } finally {
    work.abort(new Error('the session is stopping'))
  }
}

/** Stop reading, let everything received become durable, save, acknowledge. */
async function finish({ session, failed }: Parts, reader: Replication): Promise<void> {
  const { context, pipeline, signal } = session
  reader.pause()
  const deadlineMs = context.now() + DRAIN_MS
  await Promise.race([
    failed,
    until(() => isComplete(session) || context.now() > deadlineMs, LOOK_MS, signal),
  ])
  await savePosition(session, reader)
  if (pipeline.ledger.isIdle) await pipeline.invalidation?.finish(deadlineMs, signal)
  const message = 'stopped: what is not complete comes again from the slot'
  context.log.info({ lsn: formatLsn(acknowledgeable(session)), is_complete: isComplete(session) }, message)
}

/** Everything received is where it has to be. */
function isComplete({ pipeline, relay }: Session): boolean {
  return pipeline.ledger.isIdle && relay?.isIdle !== false
}

/** Runs until the session ends. */
async function relayEvents({ context, relay, signal }: Session): Promise<void> {
  if (relay) await Promise.race([relay.run(signal), new DebtPayer(context, relay).run(signal)])
  else await aborted(signal)
}

/** Positions of another cluster or timeline mean nothing. */
function originOf({ systemId, timeline }: Pick<StartFacts, 'systemId' | 'timeline'>): string {
  return `${systemId}/${timeline}`
}

/** Read after the slot is ours, so that nobody moves it meanwhile. */
async function findStart(context: Context): Promise<Pick<StartFacts, 'confirmed' | 'systemId' | 'timeline'>> {
  const slot = await readSlot(context.pool, context.names.slot)
  if (!slot) throw new Error(`slot ${context.names.slot} vanished`)
  const connection = await openConnection(context.databaseUrl)
  try {
    return { confirmed: slot.confirmed, ...(await identifySystem(connection)) }
  } finally {
    await closeConnection(connection)
  }
}

function keyColumnsOf(context: Context): KeyColumns {
  return new Map(Object.entries(context.mapping.affected).map(([table, rule]) => [table, rule.key]))
}

/** Resolves when the goal is reached; never for `forever`. */
async function reachGoal(
  session: Session,
  goal: Goal,
  builder: Builder,
  jobs: JobWalker,
  signal: AbortSignal,
): Promise<void> {
  const { pipeline, context } = session
  if (goal === 'forever') return await new Promise<never>(() => undefined)
  await sleep(LOOK_MS, signal) // the builder looks for requests first
  await until(() => !builder.isBusy && pipeline.liveIndex !== null, LOOK_MS, signal)
  if (goal === 'live') return
  const wal = await currentWalLsn(context.pool)
  await emitHeartbeat(context.pool)
  await until(() => acknowledgeable(session) >= wal && jobs.open === 0, LOOK_MS, signal)
}

async function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}
