/**
 * One leadership: from getting the slot to losing the connection, being stopped, or reaching a goal. Whatever
 * ends it drops everything in memory; the next session begins at what the slot remembers, and the two invariants
 * make the repetition harmless.
 */
import { openConnection, type Replication, startReplication } from '../adapters/replication.ts'
import { currentWalLsn, emitHeartbeat, identifySystem, readServer, readSlot } from '../adapters/slot.ts'
import { ensureStateIndex } from '../adapters/state-es.ts'
import { sleep, until } from '../adapters/wait.ts'
import { createChangeReader, type KeyColumns } from '../core/changes.ts'
import { formatLsn } from '../core/lsn.ts'
import { decodeMessage } from '../core/pgoutput.ts'
import { createAffected } from './affected.ts'
import { type Builder, createBuilder } from './builder.ts'
import type { Context } from './context.ts'
import { createIntake, type Intake } from './intake.ts'
import { createJobWalker, type JobWalker } from './jobs.ts'
import { Pipeline } from './pipeline.ts'
import type { Session } from './sinks.ts'
import { type StartFacts, startFeeding } from './start.ts'
import { openStateBook } from './state-book.ts'
import { savePosition, tend } from './tend.ts'

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
  /** The slot is ours. */
  readonly onLead?: () => void
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
  options.onLead?.()
  const end = new AbortController()
  try {
    await lead(context, options, reader, intake, end, stop)
  } finally {
    end.abort(new Error('the session has ended'))
    await reader.close()
  }
}

async function lead(
  context: Context,
  options: SessionOptions,
  reader: Replication,
  intake: Intake,
  end: AbortController,
  stop: AbortSignal,
): Promise<void> {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined) // raced below
  const found = await findStart(context)
  const pipeline = new Pipeline(context, found.confirmed)
  const session: Session = {
    context,
    pipeline,
    book: await openStateBook(context),
    signal: end.signal,
    fail: failed.reject,
  }
  const jobs = createJobWalker(context, pipeline)
  const affected = createAffected(context, pipeline, jobs.wake)
  const facts: StartFacts = { ...found, affected, rate: options.rate }
  const begun = await startFeeding(session, facts)
  const readChange = createChangeReader(keyColumnsOf(context), OUTBOX)
  intake.open({
    message: (payload) => {
      for (const change of readChange(decodeMessage(payload))) affected.apply(change)
    },
    keepalive: (at) => {
      if (pipeline.ledger.isIdle && !pipeline.isInTransaction) pipeline.ledger.committed(at)
    },
  })
  reader.resume()
  context.log.info({ slot: context.names.slot, lsn: formatLsn(facts.confirmed) }, 'leading: the stream flows')
  const work = new AbortController()
  const working = AbortSignal.any([end.signal, work.signal])
  const builder = createBuilder(session, facts, begun)
  await Promise.race([
    failed.promise,
    reader.ended,
    pipeline.run(end.signal),
    affected.run(end.signal),
    tend(session, reader, end.signal),
    jobs.run(working),
    builder.run(working),
    reachGoal(session, options.goal, builder, jobs, end.signal),
    aborted(stop),
  ])
  work.abort(new Error('the session is stopping'))
  reader.pause()
  await Promise.race([failed.promise, drain(session, end.signal)])
  await savePosition(session, reader)
  const { durable, isIdle } = pipeline.ledger
  context.log.info(
    { lsn: formatLsn(durable), is_complete: isIdle },
    'stopped: the rest comes again from the slot',
  )
}

/** Read after the slot is ours, so that nobody moves it meanwhile. */
async function findStart(context: Context): Promise<Pick<StartFacts, 'confirmed' | 'systemId' | 'timeline'>> {
  const slot = await readSlot(context.pool, context.names.slot)
  if (!slot) throw new Error(`slot ${context.names.slot} vanished`)
  const connection = await openConnection(context.databaseUrl)
  try {
    return { confirmed: slot.confirmed, ...(await identifySystem(connection)) }
  } finally {
    await connection.end()
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
  await until(() => pipeline.ledger.durable >= wal && jobs.open === 0, LOOK_MS, signal)
}

/** Everything received becomes durable, or the time for it is over: the rest comes again from the slot. */
async function drain(session: Session, signal: AbortSignal): Promise<void> {
  const { pipeline, context } = session
  const deadlineMs = context.now() + DRAIN_MS
  await until(() => pipeline.ledger.isIdle || context.now() > deadlineMs, LOOK_MS, signal)
}

async function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
}
