/** Attaching and detaching indices of a running pipeline: the writer, its dead documents, its place in the state. */
import { deleteIndex } from '../adapters/indices.ts'
import { Sink } from '../adapters/sink.ts'
import { forgetDead, forgetDeadOf, readDeadIds, recordDead } from '../adapters/state-pg.ts'
import type { Lsn } from '../core/lsn.ts'
import type { Context } from './context.ts'
import type { Pipeline } from './pipeline.ts'
import type { EventRelay } from './relay.ts'
import type { StateBook } from './state-book.ts'

export type Session = {
  readonly context: Context
  readonly pipeline: Pipeline
  /** null: events are not relayed. */
  readonly relay: EventRelay | null
  readonly book: StateBook
  /** Aborted when the session ends, for whatever reason. */
  readonly signal: AbortSignal
  /** Ends the session with an error. */
  readonly fail: (reason: unknown) => void
}

/**
 * From this turn of the event loop on the index gets every batch.
 * @param fail told when the index cannot be written any more; without it the session ends
 * @returns the sink and the floor of copies
 */
export async function attachSink(
  session: Session,
  index: string,
  isBuilding: boolean,
  fail: (reason: unknown) => void = session.fail,
): Promise<{ readonly sink: Sink; readonly floor: Lsn }> {
  const { context, pipeline } = session
  const sink = new Sink({
    client: context.client,
    index,
    dead: {
      known: await readDeadIds(context.pool, index),
      record: (dead) => recordDead(context.pool, dead),
      forget: (of, id) => forgetDead(context.pool, of, id),
    },
    metrics: context.metrics,
    log: context.log,
    now: context.now,
    random: context.random,
    signal: session.signal,
    fail,
  })
  return { sink, floor: pipeline.attach(sink, isBuilding) }
}

/** Stop feeding an index, delete it and everything known about it. Doing it again changes nothing. */
export async function dropIndex(session: Session, index: string): Promise<void> {
  session.pipeline.detach(index)?.abandon()
  await deleteIndex(session.context.client, index)
  await session.book.remove(index)
  await forgetDeadOf(session.context.pool, index)
  session.context.log.info({ index }, 'an index was deleted')
}
