/**
 * Building an index while changes go on, for the first time or again: one stream, one more sink.
 *
 *   load      copy every row with the floor version, deletes are tombstones
 *   catch_up  the stream reaches the end of the WAL as of the end of the load
 *   purge     settings for search; real deletes from here; tombstones go, each at its own version
 *   live      one alias call; the replaced index is kept and fed, or dropped
 *
 * Each phase can be cut off anywhere and is repeated whole, but the load, which goes on at its cursors.
 */
import { createIndex, familyOf, nextIndexName, openIndex, scanIds, swapAlias } from '../adapters/indices.ts'
import { readIdBounds } from '../adapters/rows.ts'
import type { Sink } from '../adapters/sink.ts'
import { currentWalLsn, emitHeartbeat } from '../adapters/slot.ts'
import { type Build, writeBuild } from '../adapters/state-pg.ts'
import { sleep, until } from '../adapters/wait.ts'
import type { Lsn } from '../core/lsn.ts'
import { operationOf } from '../core/operation.ts'
import { cutRanges, loadProgress } from '../core/ranges.ts'
import type { IndexState, LoadRange, Phase } from '../core/state.ts'
import type { Affected } from './affected.ts'
import { passFence } from './fence.ts'
import { load } from './loader.ts'
import { attachSink, dropIndex, type Session } from './sinks.ts'

export type BuildOptions = {
  readonly build: Build
  readonly affected: Affected
  /** Identity of the server, for the state. */
  readonly systemId: string
  readonly timeline: number
  /** Most rows per second of the load; 0: as fast as it goes. */
  readonly rate: number
}

/** A build whose sink is attached: changes reach it, copies do not yet. */
export type PreparedBuild = {
  readonly sink: Sink
  readonly build: Build
  readonly options: BuildOptions
  /** Rejects when the new index cannot be written. */
  readonly failed: Promise<never>
}

const RANGES = 8
const CATCH_UP_LOOK_MS = 20
const CAUGHT_UP_LAG_MS = 1_000
const PROGRESS_MS = 1_000

/** Make the index and attach it. Before this the stream may deliver nothing that nobody takes. */
export async function prepareBuild(session: Session, options: BuildOptions): Promise<PreparedBuild> {
  const { context, pipeline, book } = session
  const { client, names, mapping } = context
  const index = nextIndexName(names.itemsAlias, await familyOf(client, names.itemsAlias))
  await createIndex(client, index, mapping)
  const failed = Promise.withResolvers<never>()
  const { sink, floor } = await attachSink(session, index, true, failed.reject)
  await book.add({
    index,
    mapping: mapping.name,
    mapping_version: context.mappingVersion,
    phase: 'load',
    slot: names.slot,
    system_id: options.systemId,
    timeline: options.timeline,
    position: pipeline.ledger.durable,
    floor,
    base: 0n,
    ranges: [],
    keep_until: null,
  })
  return await begin(session, options, sink, failed.promise)
}

/** Go on with a build that an earlier run began. */
export async function resumeBuild(
  session: Session,
  options: BuildOptions,
  state: IndexState,
): Promise<PreparedBuild> {
  const failed = Promise.withResolvers<never>()
  const { sink } = await attachSink(session, state.index, state.phase !== 'purge', failed.reject)
  return await begin(session, options, sink, failed.promise)
}

async function begin(
  session: Session,
  options: BuildOptions,
  sink: Sink,
  failed: Promise<never>,
): Promise<PreparedBuild> {
  failed.catch(() => undefined) // raced by whoever runs the build
  const build: Build = { ...options.build, state: 'running', index: sink.index, message: null }
  await writeBuild(session.context.pool, build)
  session.context.log.info({ index: sink.index, reason: build.reason }, 'an index is being built')
  return { sink, build, options, failed }
}

/** Run the phases that are left. @returns when search reads the index */
export async function runBuild(
  session: Session,
  prepared: PreparedBuild,
  signal: AbortSignal,
): Promise<void> {
  const { context, book } = session
  const { index } = prepared.sink
  const report = createReport(session, prepared.build)
  const enter = async (phase: Phase): Promise<void> => {
    await book.update(index, { phase })
    await report({ phase }, true)
    context.log.info({ index, phase }, 'a build enters its next phase')
  }
  const phaseNow = (): Phase => book.of(index)?.phase ?? 'load'
  if (phaseNow() === 'load') {
    await report({ phase: 'load' }, true)
    await loadRanges(session, prepared, report, signal)
    await enter('catch_up')
  }
  if (phaseNow() === 'catch_up') {
    await catchUp(session, signal)
    await enter('purge')
  }
  await purge(session, prepared.sink, signal)
  await swap(session, prepared, signal)
  await report({ phase: 'live', progress: 1, state: 'done' }, true)
}

type Report = (patch: Partial<Build>, isDue?: boolean) => Promise<void>

/** Progress for people, in Postgres, so that any process can show it; at most one write a second. */
function createReport(session: Session, first: Build): Report {
  const { context } = session
  let build = first
  let lastMs = 0
  return async (patch, isDue = false) => {
    build = { ...build, ...patch }
    context.metrics.set('indexer_reindex_progress', build.progress)
    if (!isDue && context.now() - lastMs < PROGRESS_MS) return
    lastMs = context.now()
    await writeBuild(context.pool, build)
  }
}

async function loadRanges(
  session: Session,
  prepared: PreparedBuild,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const { context, pipeline, book } = session
  const { index } = prepared.sink
  await passFence(context.pool, signal)
  if ((book.of(index)?.ranges ?? []).length === 0) {
    const { lowest, highest } = await readIdBounds(context.pool, context.mapping)
    await book.update(index, { ranges: cutRanges(lowest, highest, RANGES) })
  }
  const state = book.of(index)
  if (!state) throw new Error(`state of ${index}: missing`)
  let latest: readonly LoadRange[] = state.ranges
  const saving = new AbortController()
  const savedLoop = saveProgress(
    () => book.update(index, { ranges: latest }),
    AbortSignal.any([signal, saving.signal]),
  )
  savedLoop.catch(session.fail)
  const loading = load(
    {
      context,
      pipeline,
      affected: prepared.options.affected,
      sink: prepared.sink,
      floor: state.floor,
      ranges: state.ranges,
      rate: prepared.options.rate,
      onProgress: (ranges, documents) => {
        latest = [...ranges]
        report({ progress: loadProgress(ranges), documents }).catch(session.fail)
      },
    },
    signal,
  )
  await loading.finally(() => saving.abort())
  await savedLoop
  await book.update(index, { ranges: latest })
}

/** Save once a second until the signal. */
async function saveProgress(save: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(PROGRESS_MS, signal).catch(() => undefined) // the end of the load
    if (!signal.aborted) await save()
  }
}

/** The stream has reached the end of the WAL as it is now, and is not late. */
async function catchUp(session: Session, signal: AbortSignal): Promise<void> {
  const { pool } = session.context
  const { pipeline } = session
  const end: Lsn = await currentWalLsn(pool)
  await emitHeartbeat(pool) // a commit above the end, or an idle stream would never pass it
  await until(
    () => pipeline.ledger.durable >= end && pipeline.lagMs() < CAUGHT_UP_LAG_MS,
    CATCH_UP_LOOK_MS,
    signal,
  )
}

async function purge(session: Session, sink: Sink, signal: AbortSignal): Promise<void> {
  const { context, pipeline } = session
  await openIndex(context.client, sink.index, signal)
  const attached = pipeline.sinks.find((candidate) => candidate.sink === sink)
  if (attached) attached.isBuilding = false
  // Batches that were taken before the switch may still write tombstones.
  const goOn = await pipeline.hold(signal)
  goOn()
  for (let found = true; found; ) {
    found = false
    await context.client.indices.refresh({ index: sink.index }, { signal })
    for await (const page of scanIds(context.client, sink.index, { term: { tombstone: true } }, signal)) {
      found = true
      for (const { id, version } of page) {
        // One above the tombstone: a bulk of a killed process that is carried out late then conflicts, instead of
        // bringing the tombstone back. Commit positions are multiples of 8, so no change lies between.
        sink.push(operationOf(id, version + 1n, null, false, () => undefined))
      }
      await sink.drained(signal)
    }
  }
}

/**
 * Search reads the new index from here on. Repeating it after a crash gives the same end. No batch is under way
 * meanwhile, and the new index is refreshed first: it shows everything that was claimed to be visible of the old one.
 */
async function swap(session: Session, prepared: PreparedBuild, signal: AbortSignal): Promise<void> {
  const { context, pipeline, book } = session
  const { index } = prepared.sink
  const goOn = await pipeline.hold(signal)
  try {
    await context.client.indices.refresh({ index }, { signal })
    await swapAlias(context.client, context.names.itemsAlias, index)
    await book.update(index, { phase: 'live' })
    pipeline.setLive(index)
    pipeline.invalidation?.swapped(session.signal)
  } finally {
    goOn()
  }
  await retire(session, index, prepared.build.keep_seconds)
  context.log.info({ index, alias: context.names.itemsAlias }, 'search reads the new index')
}

/** The replaced index is kept and fed for its window; one is enough to go back to, so older ones go. */
async function retire(session: Session, live: string, keepSeconds: number): Promise<void> {
  const { context, book } = session
  const keepUntil = new Date(context.now() + keepSeconds * 1_000).toISOString()
  const replaced = book.all.filter((state) => state.index !== live && state.phase === 'live')
  const older = book.all.filter((state) => state.phase === 'kept')
  for (const { index } of replaced) {
    if (keepSeconds === 0) await dropIndex(session, index)
    else await book.update(index, { phase: 'kept', keep_until: keepUntil })
  }
  if (replaced.length > 0) for (const { index } of older) await dropIndex(session, index)
}

/** The last step of a build that a crash cut off after search read its index: what it replaced, and its end. */
export async function finishBuild(session: Session, build: Build, index: string): Promise<void> {
  await retire(session, index, build.keep_seconds)
  await writeBuild(session.context.pool, { ...build, state: 'done', phase: 'live', progress: 1 })
}

/** The build is over and search stays with what it has. */
export async function giveUpBuild(session: Session, prepared: PreparedBuild, reason: string): Promise<void> {
  const { context } = session
  context.log.error(
    { index: prepared.sink.index, reason },
    'a build is given up; search keeps the index it has',
  )
  await dropIndex(session, prepared.sink.index)
  await writeBuild(context.pool, { ...prepared.build, state: 'failed', message: reason })
}
