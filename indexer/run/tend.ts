/**
 * What a session does beside the stream, each in a loop of its own: positions and acknowledgements, heartbeats of
 * an idle system, back-pressure, gauges, the end of keep windows.
 */
import { errors } from '@elastic/elasticsearch'
import { ExitError, messageOf } from '../../src/errors.ts'
import type { Replication } from '../adapters/replication.ts'
import { emitHeartbeat, readSlot } from '../adapters/slot.ts'
import { sleep } from '../adapters/wait.ts'
import { type Lsn, NO_LSN } from '../core/lsn.ts'
import { BUILDING_ROOM_BYTES } from './pipeline.ts'
import { dropIndex, type Session } from './sinks.ts'

const LOOK_MS = 250
/** A position costs a write in Elasticsearch and lets the server forget WAL: once a second is often enough. */
const SAVE_MS = 1_000
const HEARTBEAT_MS = 10_000
const GAUGES_MS = 5_000
const KEEP_LOOK_MS = 5_000
/** Ids that may wait in memory before the socket is paused. */
const WAITING_MAX = 2_000_000
/** A build that is full for this long is given up. */
const STUCK_MS = 30_000
const EXIT_HALTED = 4
/** Beyond this the visible ones are looked up and forgotten, also when no batch does it. */
const UNSEEN_MAX = 10_000

/** Up to here every document and every event is where it has to be. */
export function acknowledgeable({ pipeline, relay }: Session): Lsn {
  const { durable } = pipeline.ledger
  return relay && relay.durable < durable ? relay.durable : durable
}

/** Save what is durable, then tell the slot. */
export async function savePosition(session: Session, reader: Replication): Promise<void> {
  const { pipeline, book, relay } = session
  const position = acknowledgeable(session)
  await book.savePositions(
    pipeline.sinks.map(({ sink }) => sink.index),
    pipeline.ledger.durable,
  )
  await relay?.record()
  reader.acknowledge(position)
}

export async function tend(session: Session, reader: Replication, signal: AbortSignal): Promise<void> {
  await Promise.race([
    positions(session, reader, signal),
    pressure(session, reader, signal),
    heartbeats(session, signal),
    gauges(session, reader, signal),
    keepWindows(session, signal),
  ])
}

async function positions(session: Session, reader: Replication, signal: AbortSignal): Promise<void> {
  const { pipeline, context } = session
  let saved = NO_LSN
  let acknowledged = NO_LSN
  for (;;) {
    await sleep(SAVE_MS, signal)
    const durable = pipeline.ledger.durable
    const position = acknowledgeable(session)
    if (durable === saved && position === acknowledged) continue
    try {
      await savePosition(session, reader)
      saved = durable
      acknowledged = position
    } catch (thrown) {
      signal.throwIfAborted()
      if (thrown instanceof errors.ResponseError && thrown.statusCode === CONFLICT) throw thrown // another leader
      if (!(thrown instanceof errors.ElasticsearchClientError)) throw thrown
      context.log.warn({ reason: messageOf(thrown) }, 'a position was not saved; the slot keeps its WAL')
    }
  }
}

async function pressure(session: Session, reader: Replication, signal: AbortSignal): Promise<void> {
  const { pipeline, relay, context } = session
  let isPaused = false
  let fullSinceMs: number | null = null
  for (;;) {
    await sleep(LOOK_MS, signal)
    if (pipeline.reads.unseen > UNSEEN_MAX) await pipeline.reads.visible(signal)
    fullSinceMs = giveUpStuckBuild(session, fullSinceMs)
    const isFull = pipeline.waiting.hot > WAITING_MAX || relay?.isFull === true
    if (isFull === isPaused) continue
    isPaused = isFull
    context.log.warn(
      { waiting: pipeline.waiting.hot },
      isFull ? 'the stream is paused' : 'the stream goes on',
    )
    if (isFull) reader.pause()
    else reader.resume()
  }
}

/** A new index that cannot take the stream must not hold search back. @returns since when it is full, or null */
function giveUpStuckBuild({ pipeline, context }: Session, sinceMs: number | null): number | null {
  const stuck = pipeline.sinks.find(({ sink, isBuilding }) => isBuilding && sink.size >= BUILDING_ROOM_BYTES)
  if (!stuck || pipeline.liveIndex === null) return null
  const since = sinceMs ?? context.now()
  if (context.now() - since > STUCK_MS) {
    stuck.sink.giveUp(new ExitError(EXIT_HALTED, `index ${stuck.sink.index} could not take the stream`))
  }
  return since
}

/** A commit of our own moves the position where nothing else is written. */
async function heartbeats(session: Session, signal: AbortSignal): Promise<void> {
  const { context, pipeline } = session
  for (;;) {
    await sleep(HEARTBEAT_MS, signal)
    if (context.now() - pipeline.lastBeginMs >= HEARTBEAT_MS) await emitHeartbeat(context.pool)
  }
}

async function gauges(session: Session, reader: Replication, signal: AbortSignal): Promise<void> {
  const { log } = session.context
  for (;;) {
    // A number that cannot be asked for now is no reason to stop the stream.
    await setGauges(session, reader).catch((thrown: unknown) => {
      log.warn({ reason: messageOf(thrown) }, 'gauges were not set')
    })
    await sleep(GAUGES_MS, signal)
  }
}

async function setGauges({ pipeline, context }: Session, reader: Replication): Promise<void> {
  const { metrics, pool, names } = context
  metrics.set('indexer_waiting_ids', pipeline.waiting.hot + pipeline.waiting.cold)
  metrics.set('index_lag_seconds', pipeline.liveLagMs() / 1_000)
  const lag = reader.serverEnd - pipeline.ledger.durable
  for (const { sink, isBuilding } of pipeline.sinks) {
    const kind = isBuilding ? 'building' : sink.index === pipeline.liveIndex ? 'live' : 'kept'
    metrics.set('indexer_sink_position_lag_bytes', Number(lag > 0n ? lag : 0n), { sink: kind })
  }
  const slot = await readSlot(pool, names.slot)
  metrics.set('indexer_slot_retained_bytes', slot?.retainedBytes ?? 0)
}

/** Replaced indices whose time is over. */
async function keepWindows(session: Session, signal: AbortSignal): Promise<void> {
  const { book, context } = session
  for (;;) {
    await sleep(KEEP_LOOK_MS, signal)
    const over = book.all.filter(
      (state) =>
        state.phase === 'kept' && state.keep_until !== null && Date.parse(state.keep_until) <= context.now(),
    )
    for (const state of over) {
      await dropIndex(session, state.index).catch((thrown: unknown) => {
        if (!(thrown instanceof errors.ElasticsearchClientError)) throw thrown
        context.log.warn(
          { index: state.index, reason: messageOf(thrown) },
          'a replaced index was not dropped',
        )
      })
    }
  }
}

const CONFLICT = 409
